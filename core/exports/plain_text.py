"""Text that may stand in a file for others: no control characters, a bounded length.

Knows: which characters steer a terminal, a spreadsheet or the direction of text instead of saying
something. Does not know: escaping of one format; each writer escapes for its own.
"""

import re
import unicodedata

# Cc and Cf steer (newline, NUL, bidirectional marks, zero width); Cs cannot be written as UTF-8;
# Co and Cn have no agreed meaning.
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def plain(text: str, most: int | None = None) -> str:
    """One line without steering characters, cut to `most` characters with an ellipsis."""
    if most is not None:
        text = text[: 8 * most]  # a pasted megabyte is not read to its end for one line
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or _says(c))
    line = re.sub(" {2,}", " ", kept).strip()
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def _says(character: str) -> bool:
    return unicodedata.category(character) not in STEERING
