"""Disasters by seed over real processes: whatever happens, the books are even and every message arrives in order."""
