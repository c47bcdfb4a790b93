"""Auto-encoders of sentences."""
