"""Words for medicines in a plain sentence: names of the tables, classes, endings of new names.

Knows: `core.terms.drug_names`, `assets/safety/orders_medicines.csv`, endings that drug names have.
Does not know: medicines that none of these show; an amount with a time is an order without a name.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.safety.orders.measures import doses_masked
from core.settings import current
from core.tables import filled, one_of, read_table
from core.terms.drug_names import drug_names

MEDICINE = "\ue001"
_ENDINGS = re.compile(
    r"(?<![a-z])[a-z]{3,}(?:mab|nib|pril|sartan|statin|olol|azole|mycin|cillin|floxacin|xaban|"
    r"gliptin|"
    r"gliflozin|prazole|dipine|azepam|zolam|triptan|parin|glutide|cycline|thiazide|setron|"
    r"lukast|vaptan|"
    r"oxetine|afil|dronate|caine|codone|profen|fibrate)s?(?![a-z])"
)
_FOODS = frozenset({"alcohol", "grapefruit", "tobacco"})  # ids of the tables; to be avoided or not
# Compounds that name no medicine to be taken.
_OTHER = re.compile(
    r"(?:drug|medication|medicine)(?:[- ]drug)?[- ](?:interactions?|levels?|lists?|history|"
    r"names?|"
    r"tables?|class(?:es)?|errors?)|药物?(?:间)?相互作用|药[师房店学理代典效监局]|医药|药物浓度|药物代谢"
)


@dataclass(frozen=True, slots=True)
class Medicines:
    """The words for medicines of one folder of tables."""

    classes: re.Pattern[str]

    def masked(self, plain: str) -> str:
        """The sentence with one sign in place of each word for a medicine, amount and time.

        Names go first, since one may hold a number; `tablet` is a medicine only without a number.
        """
        text = _OTHER.sub("~", plain)
        for found in reversed(drug_names().mentions(text)):
            if found.drug in _FOODS:
                continue
            text = f"{text[: found.start]} {MEDICINE} {text[found.end :]}"
        text = _ENDINGS.sub(MEDICINE, self.classes.sub(MEDICINE, doses_masked(text)))
        return " ".join(re.sub(rf"({MEDICINE})(?:\s*{MEDICINE})+", r"\1", text).split())


@cache
def medicines() -> Medicines:
    """The words of this process; raises `BadTable` when their file is damaged."""
    return load(current().assets / "safety")


def load(folder: Path) -> Medicines:
    rows = read_table(folder / "orders_medicines.csv", {"word": filled, "lang": one_of("zh", "en")})
    longest = sorted(rows, key=lambda row: -len(row["word"]))
    english = (re.escape(row["word"]) for row in longest if row["lang"] == "en")
    # 停药 and 服药 are acts.
    chinese = (
        "(?<![停服用给换断带])药" if row["word"] == "药" else re.escape(row["word"])
        for row in longest
        if row["lang"] == "zh"
    )
    return Medicines(
        re.compile(rf"(?<![a-z])(?:{'|'.join(english)})s?(?![a-z])|{'|'.join(chinese)}")
    )


@cache
def name_forms() -> frozenset[str]:
    """Names in Latin letters, to part words that were written letter by letter."""
    return frozenset(form for form in drug_names().in_text if form.isascii() and form.isalpha())
