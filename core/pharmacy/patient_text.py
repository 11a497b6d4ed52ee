"""What was stated of the patient and of each medicine, in words for the exports.

Knows: the fields, their units in the catalogues, the clearance computed from them.
Does not know: what follows from them for a grade.
"""

from collections.abc import Iterator
from dataclasses import fields

from core.exports.document import Block, Fact, Facts, Note, Paragraph, Section
from core.exports.plain_text import plain
from core.pharmacy.checker import Check, Medicine
from core.pharmacy.context import Patient
from core.pharmacy.stated_words import ROUTES, WORDS
from core.pharmacy.wording import Words


def dose(medicine: Medicine, words: Words) -> str:
    """Dose per day, route and separation, as far as stated."""
    said, t = medicine.medication, words.t
    parts = []
    if said.mg_per_day is not None:
        parts.append(t("export.mg_per_day", mg=f"{said.mg_per_day:g}"))
    if said.route:
        known = said.route in ROUTES
        parts.append(t(f"pharmacy.route.{said.route}") if known else plain(said.route, 40))
    if said.separated_hours is not None:
        parts.append(t("export.apart", hours=f"{said.separated_hours:g}"))
    return t("list.comma").join(parts) or "–"


def patient_section(check: Check, words: Words) -> Section:
    """Everything stated, then what of it no table covers."""
    t = words.t
    said = stated(check.patient, words)
    notes = tuple(Note(t(f"pharmacy.not_held.{name}"), "warning") for name in check.not_held)
    body: Block = Facts(said) if said else Paragraph(t("export.context.none"))
    return Section(t("export.context.title"), (body, *notes))


def stated(patient: Patient, words: Words) -> tuple[Fact, ...]:
    """Each value in force with the label of its field."""
    return tuple(_stated(patient, words))


def _stated(patient: Patient, words: Words) -> Iterator[Fact]:
    for field in fields(patient):
        value = getattr(patient, field.name)
        if value is not None:
            label = words.t(f"pharmacy.patient.{field.name}")
            yield Fact(label, (_value(field.name, value, words),))
    if patient.crcl is None and patient.clearance is not None:
        yield Fact(words.t("export.context.clearance"), (f"{patient.clearance:.0f} mL/min",))


def _value(name: str, value: object, words: Words) -> str:
    if isinstance(value, bool):
        return words.t(f"pharmacy.value.{'yes' if value else 'no'}")
    if isinstance(value, float):
        return f"{value:g}"
    said = value if isinstance(value, tuple) else (value,)
    return words.t("list.comma").join(_word(name, str(word), words) for word in said)


def _word(name: str, word: str, words: Words) -> str:
    """A word of the table in the reader's language; any other as it was stated."""
    known = word in WORDS.get(name, ())
    return words.t(f"pharmacy.value.{word}") if known else plain(word, 40)
