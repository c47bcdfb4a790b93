"""What is measured and how: the table of metrics, and one module of plain functions per kind.

``table`` needs only the standard library, so that menus can explain a number without torch.
``likelihood``, ``text`` and ``images`` compute the numbers; ``scripts/evaluate.py`` calls them.
"""
