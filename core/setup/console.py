"""What the commands say in a terminal, in English and Chinese, and how they say what is lacking.

Knows: closed pipes, consoles without Chinese.
Does not know: the catalogues, which belong to the running app; here both languages stand together
because nobody has chosen one yet.
"""

import io
import os
import sys


class Missing(Exception):
    """The machine lacks something; the text says in both languages what it is and what to do."""

    def __init__(self, english: str, chinese: str, remedy: str = "") -> None:
        super().__init__("\n".join(filter(None, (english, chinese, remedy and "  " + remedy))))


def say(*lines: str) -> None:
    """Prints at once; a closed terminal or pipe never stops the server."""
    try:
        print(*lines, sep="\n", flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def plain_streams() -> None:
    """A console that has no Chinese shows the English half instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
