"""What a console cannot show is shown as well as it can be, and stops no command."""

import sys


def show_what_can_be_shown() -> None:
    """Signs that the console's encoding lacks, such as β in cp1252, come out as ``\\u03b2``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # tests put other streams in their place
            stream.reconfigure(errors="backslashreplace")
