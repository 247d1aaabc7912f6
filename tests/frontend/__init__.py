"""The front end by its own tests."""
