"""What the tiny checkpoint of the browser tests recites when a page asks it to explain a pair.

The questions are those that the page asks, made by the same code; the answers are made up for the
tests and are no medical advice. One never ends, one holds an order, one goes beyond the rows.
"""

import tempfile
from functools import cache
from pathlib import Path

from tiny_checkpoint import Transcript, build

from core.i18n import Language
from core.pharmacy import explanation
from core.pharmacy.knowledge import knowledge
from core.pharmacy.request import run

SIMVASTATIN = ("simvastatin", "clarithromycin")
ASPIRIN = ("warfarin", "aspirin")
ENDLESS = ("warfarin", "metronidazole")
ROUND = "The blood is thin. The clot is late. The vessel is frail. Watch for it.\n\n"
THOUGHT = (
    "Substrate: simvastatin is cleared by CYP3A4.\nPerpetrator: clarithromycin inhibits CYP3A4.\n"
    "Expected change: exposure to simvastatin rises."
)
ENGLISH = (
    "Clarithromycin inhibits CYP3A4, and simvastatin is cleared by it, so its level rises.\n\n"
    "Muscle can break down: pain, weakness and dark urine are the signs. Itraconazole does the "
    "same, and 37 percent more is seen."
)
CHINESE = "克拉霉素抑制CYP3A4，辛伐他汀的暴露升高。\n\n肌肉可能受损，表现为疼痛、无力和深色尿。"
BEFORE, ORDER, BEHIND = (
    "Both raise the risk of bleeding.",
    "Stop warfarin and take aspirin 100 mg daily.",
    "The gut bleeds first, and the skin shows bruises.",
)


@cache
def explanations() -> dict[str, Transcript]:
    return {
        "english": _of(SIMVASTATIN, "en", f"<unused94>thought\n{THOUGHT}<unused95>{ENGLISH}"),
        "chinese": _of(
            SIMVASTATIN, "zh-CN", f"<unused94>thought\n底物：辛伐他汀。<unused95>{CHINESE}"
        ),
        "endless": _of(ENDLESS, "en", ROUND * 5, ends=False),
        "order": _of(ASPIRIN, "en", f"{BEFORE} {ORDER} {BEHIND}"),
    }


def _of(names: tuple[str, str], language: Language, recital: str, ends: bool = True) -> Transcript:
    (pair,) = run(list(names), {}, knowledge()).pairs
    asked = explanation.request(pair, knowledge(), language)
    (said,) = asked.turns[0].parts
    if not isinstance(said, str):
        raise TypeError("an explanation is asked for in words")
    return Transcript(said, recital, asked.instruction, ends)


def tiny() -> Path:
    """The trained checkpoint, made once on this machine for these questions."""
    folder = Path(tempfile.gettempdir()) / "auscult-tiny-checkpoint"
    return build(folder, explanations(), vocabulary=900)
