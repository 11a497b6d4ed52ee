"""The export bar of the pharmacy page: report, patient sheet, table, FHIR; built when pressed.

Worded explanations are in all of them but the patient sheet: they are written for a pharmacist, and
nobody has verified them.
"""

from datetime import UTC, datetime
from typing import Any

from core.exports.pdf import pdf
from core.i18n import Translator
from core.pharmacy.check_document import check_document
from core.pharmacy.check_rows import check_csv
from core.pharmacy.checker import Check
from core.pharmacy.fhir_bundle import fhir_bundle
from core.pharmacy.handout import handout
from core.pharmacy.knowledge import knowledge
from core.pharmacy.wording import Words
from core.pharmacy.worklist import Worklist
from core.ui import demo
from core.ui.export_bar import Export, bar
from core.ui.pharmacy import cards, explaining


def downloads(t: Translator, words: Words, check: Check, worklist: Worklist) -> None:
    sample = demo.case() is not None
    known, given = knowledge(), worklist.overrides
    found = [pair for pair in check.pairs if pair.state == "interaction"]
    explained = explaining.exported(t, words, {cards.slug(pair, worklist): pair for pair in found})

    def options() -> dict[str, Any]:
        return {"sample": sample, "when": now(), "overrides": given, "explained": explained()}

    def report() -> bytes:
        return pdf(check_document(check, known, words, **options()))

    def sheet() -> bytes:
        return pdf(handout(check, known, words, sample=sample, when=now()))

    def table() -> bytes:
        return check_csv(check, known, words, **options())

    def bundle() -> bytes:
        return fhir_bundle(check, known, words, **options())

    name = "auscult-sample" if sample else "auscult"
    bar(
        t,
        "pharmacy",
        (
            Export("report", f"{name}-interactions.pdf", "application/pdf", report),
            Export("sheet", f"{name}-patient-sheet.pdf", "application/pdf", sheet),
            Export("table", f"{name}-interactions.csv", "text/csv", table),
            Export("fhir", f"{name}-interactions.fhir.json", "application/fhir+json", bundle),
        ),
    )


def now() -> datetime:
    return datetime.now(UTC)
