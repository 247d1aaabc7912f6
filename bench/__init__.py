"""Measures a real deployment with its own load generator and receiver; measures, never asserts."""
