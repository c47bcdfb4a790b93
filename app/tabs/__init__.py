"""One module per tab: ``TITLE``, the text on the tab, and ``build()``, which makes its parts."""
