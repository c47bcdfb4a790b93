"""What scripts/bench.py measures, by what it is about: each function returns rows."""
