"""The machinery of tests/test_house.py: it reads the sources and names what breaks a rule of docs/house.md. No third-party code."""
