"""Replies to a conversation."""
