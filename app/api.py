"""The named endpoints: typed, stateless, with a seed; for gradio_client and for MCP."""


def publish() -> None:
    """Register the endpoints on the page being built."""
