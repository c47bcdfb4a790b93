"""What each model minimises, and which networks see it; see widget.py."""
