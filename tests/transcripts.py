"""What the tiny checkpoint of the tests recites: questions with thoughts, answers and an order.

Nothing here is medical advice; the texts are made up for the tests.
"""

import tempfile
from pathlib import Path

from tiny_checkpoint import Transcript, build

TRANSCRIPTS = {
    "mechanism": Transcript(
        "Why do simvastatin and clarithromycin interact?",
        "<unused94>thought\nSubstrate: simvastatin is cleared by CYP3A4. Perpetrator: "
        "clarithromycin inhibits CYP3A4. Expected change: the level of simvastatin rises. "
        "Clinical risk: rhabdomyolysis.<unused95>Clarithromycin inhibits CYP3A4, so simvastatin "
        "rises.\n\nThe muscle can be damaged.",
    ),
    "chinese": Transcript(
        "为什么华法林和甲硝唑相互作用？",
        "<unused94>thought\nMetronidazole inhibits CYP2C9.<unused95>"
        "甲硝唑抑制CYP2C9，华法林升高，出血风险增加。",
    ),
    "plain": Transcript("Say hello.", "Hello. I am a small model.\n\nI only recite."),
    "order": Transcript(
        "What now?",
        "Both raise the risk of bleeding. Stop warfarin and take aspirin 100 mg daily. "
        "The risk falls again.",
    ),
    "loop": Transcript(
        "Count.",
        "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, "
        "fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty, twenty-one.",
    ),
}


def tiny() -> Path:
    """The trained checkpoint, made once on this machine for these transcripts."""
    return build(Path(tempfile.gettempdir()) / "auscult-tiny-checkpoint", TRANSCRIPTS)
