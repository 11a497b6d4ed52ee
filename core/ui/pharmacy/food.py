"""Food and timing of each medicine, as a table that is folded until asked for."""

from core.i18n import Translator
from core.pharmacy.checker import Check
from core.pharmacy.wording import Words
from core.ui import badges
from core.ui.folds import fold
from core.ui.markup import draw, fill


def food_and_timing(t: Translator, words: Words, check: Check, *, open_first: bool = False) -> None:
    if not check.food and not check.timing:
        return
    panel = fold(t("pharmacy.food.title"), "food", open_first=open_first)
    if panel.open:
        with panel:
            rows = (*_timing(t, words, check), *_food(t, words, check))
            draw('<table class="plain">', *rows, "</table>")


def _timing(t: Translator, words: Words, check: Check) -> list[str]:
    return [
        _row(
            words.name(medicine.id),
            t(f"pharmacy.timing.{row.with_food}"),
            t.text(row.detail),
            words.source(row.source),
        )
        for medicine, row in check.timing
    ]


def _food(t: Translator, words: Words, check: Check) -> list[str]:
    return [
        _row(
            words.name(medicine.id),
            t(f"pharmacy.food.{row.food}"),
            t.text(row.detail),
            words.source(row.source),
            badges.severity(t, row.severity),
        )
        for medicine, row in check.food
    ]


def _row(name: str, what: str, detail: str, source: str, pill: str = "") -> str:
    first = fill('<tr><th scope="row">$name</th><td>$what ', name=name, what=what)
    last = fill(
        "</td><td>$detail<br><small>$source</small></td></tr>", detail=detail, source=source
    )
    return first + pill + last
