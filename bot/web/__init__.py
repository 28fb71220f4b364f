"""The bot's one web application: health, and whatever the platforms serve on it."""
