"""The machinery of tests/test_house.py: reads the sources and names what breaks a rule of docs/house.md."""
