"""One package a platform; they do not know of each other."""
