"""The control API under `/_sim`: what tests and people tell the world to do. One file per noun."""
