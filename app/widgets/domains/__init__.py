"""Two domains without pairs: translations there and back, and features that hide the domain."""
