"""The delivery engine and its parts."""
