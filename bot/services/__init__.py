"""What Digestbot does, in terms of its ports: no SDK, no driver, no file."""
