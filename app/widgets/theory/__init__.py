"""The decks' theory, live: five panels, see widget.py."""
