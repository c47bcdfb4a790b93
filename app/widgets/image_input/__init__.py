"""The picture field: ``image_input`` builds it, ``read`` turns its value into pixels."""

from app.widgets.image_input.widget import image_input, read, read_as, to_value

__all__ = ["image_input", "read", "read_as", "to_value"]
