"""Reads the written forms of drugs, and the phrases that only look like one.

Knows: the columns of `drug_names.csv` and `drug_name_traps.csv`, and how a name of several parts
can be joined. Does not know: how a name is found.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from core.tables import filled, one_of, read_table

JOINERS = ("/", " / ", "-", " - ", "+", " + ", " and ", " ")
JOINERS_ZH = ("/", "-", "+", "")


@dataclass(frozen=True, slots=True)
class Name:
    """One written form of a drug. `in_text` says that it may be searched for in running text."""

    text: str
    drug: str
    language: str
    kind: str
    in_text: bool


def read_names(folder: Path) -> list[Name]:
    rows = read_table(
        folder / "drug_names.csv",
        {
            "name": filled,
            "drug_id": filled,
            "lang": one_of("en", "zh-CN", "zh-TW"),
            "kind": one_of("generic", "synonym", "brand"),
            "text_safe": one_of("yes", "no"),
        },
    )
    return [
        Name(r["name"], r["drug_id"], r["lang"], r["kind"], r["text_safe"] == "yes") for r in rows
    ]


def read_traps(folder: Path) -> list[tuple[str, str]]:
    rows = read_table(
        folder / "drug_name_traps.csv",
        {"phrase": filled, "blocks_drug_id": filled, "reason": filled},
    )
    return [(row["phrase"], row["blocks_drug_id"]) for row in rows]


def joined_otherwise(form: str) -> tuple[str, ...]:
    """A folded name with slashes as it is written elsewhere: `sacubitril-valsartan`."""
    parts = re.split(r"\s*/\s*", form)
    if len(parts) < 2:
        return ()
    return tuple(joiner.join(parts) for joiner in (JOINERS if form.isascii() else JOINERS_ZH))
