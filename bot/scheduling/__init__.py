"""What wakes the services: a clock and APScheduler. It owns no truth."""
