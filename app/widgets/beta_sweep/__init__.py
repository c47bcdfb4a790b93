"""The β sweep: what a heavier KL costs and what it buys."""
