"""Auto-encoders."""
