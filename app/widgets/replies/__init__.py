"""Conversations: what a model could do next, and the replies that it would give."""
