"""`python -m waypost`."""

from .cli import main

main()
