"""Turns the reviewed red-flag table into `assets/safety/red_flags.csv`.

Usage: python tools/import_red_flags.py FROM TO. FROM holds `red_flags.csv` with its combined action
column; TO gets the project's own form. Wording is not changed.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = (
    "id",
    "triggers_en",
    "triggers_zh",
    "negation_sensitive",
    "action_en",
    "action_zh",
    "urgency",
    "source",
    "mark",
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def split_action(action: str) -> tuple[str, str]:
    """English and Chinese action; the last " / " divides them, English may hold one itself."""
    english, slash, chinese = action.rpartition(" / ")
    if not slash or not CHINESE.search(chinese):
        return action.strip(), action.strip()
    return english.strip(), chinese.strip()


def converted(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The rows in the project's form, in the order of the source."""
    for row in rows:
        english, chinese = split_action(row["action"])
        yield {
            "id": row["id"],
            "triggers_en": row["trigger_en"],
            "triggers_zh": row["trigger_zh"],
            "negation_sensitive": row["negation_sensitive"],
            "action_en": english,
            "action_zh": chinese,
            "urgency": row["urgency"],
            "source": row["source"],
            "mark": "V" if "[V" in row["source"] else "B",
        }


def main(source: Path, target: Path) -> None:
    with (source / "red_flags.csv").open(encoding="utf-8", newline="") as table:
        rows = list(converted(csv.DictReader(table)))
    with (target / "red_flags.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
