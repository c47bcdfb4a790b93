"""The triptych: the same noise and the same pictures through up to three models."""
