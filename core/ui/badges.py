"""Severity, origin and verification look alike everywhere: symbol and word, never colour alone."""

from typing import Literal

from core.i18n import Translator
from core.ui.markup import fill

Origin = Literal["rule", "quote", "model", "person", "label"]
SYMBOLS = {
    "contraindicated": "✕",
    "major": "▲",
    "moderate": "◆",
    "minor": "●",
    "none": "–",
    "not_checked": "?",
}


def severity(t: Translator, grade: str) -> str:
    """A pill with symbol and word; `grade` is a severity or `not_checked`."""
    return fill(
        '<span class="pill pill-$grade"><span aria-hidden="true">$symbol</span> $word</span>',
        grade=grade,
        symbol=SYMBOLS[grade],
        word=t(f"pharmacy.severity.{grade}"),
    )


def origin(t: Translator, kind: Origin, detail: str = "") -> str:
    """Where a line comes from: rule, quote, model, person, or a rule fed by a label."""
    return fill(
        '<span class="origin origin-$kind" title="$hint">$word$detail</span>',
        kind=kind,
        hint=t(f"origin.{kind}.hint"),
        word=t(f"origin.{kind}"),
        detail=f" {detail}" if detail else "",
    )


def sample(t: Translator) -> str:
    return fill('<span class="pill pill-sample">$word</span>', word=t("demo.mark"))
