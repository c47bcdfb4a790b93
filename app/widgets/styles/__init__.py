"""Class and style: the same style in every class of a model."""
