"""Real `waypost` processes: starting, stopping, being killed."""
