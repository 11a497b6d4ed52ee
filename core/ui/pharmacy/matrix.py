"""The severity matrix: every pair of the list in one view, symbol and word in each cell."""

from core.i18n import Translator
from core.pharmacy.checker import Check, Medicine, Pair
from core.pharmacy.wording import Words
from core.ui import badges
from core.ui.markup import draw, fill

LARGEST = 16  # drugs; a larger table no longer fits a tablet and the cards say the same
WORDED = 8  # drugs up to which a cell has room for its word beside the symbol


def matrix(t: Translator, words: Words, check: Check) -> None:
    medicines = check.medicines
    if not 3 <= len(medicines) <= LARGEST:
        return
    pairs = {frozenset((place(p.a), place(p.b))): p for p in check.pairs}
    head = "".join(
        fill('<th scope="col" title="$name">$n</th>', name=words.name(m.id), n=n)
        for n, m in enumerate(medicines[:-1], 1)
    )
    rows = "".join(_row(t, words, n, medicines, pairs) for n in range(1, len(medicines)))
    first = fill(
        '<tr><th scope="row"><span class="n">1</span> $name</th></tr>',
        name=words.name(medicines[0].id),
    )
    caption = fill("<caption>$text</caption>", text=t("pharmacy.matrix.caption"))
    size = "worded" if len(medicines) <= WORDED else "dense"
    table = f"<table>{caption}<tr><td></td>{head}</tr>{first}{rows}</table>"
    draw(f'<div class="matrix matrix-{size}" tabindex="0">{table}</div>')


def place(medicine: Medicine) -> tuple[int, str]:
    return (medicine.line, medicine.id)


def _row(
    t: Translator,
    words: Words,
    n: int,
    medicines: tuple[Medicine, ...],
    pairs: dict[frozenset[tuple[int, str]], Pair],
) -> str:
    own = medicines[n]
    cells = "".join(
        _cell(t, words, pairs.get(frozenset((place(own), place(other))))) for other in medicines[:n]
    )
    head = fill(
        '<th scope="row"><span class="n">$n</span> $name</th>', n=n + 1, name=words.name(own.id)
    )
    return f"<tr>{head}{cells}</tr>"


def _cell(t: Translator, words: Words, pair: Pair | None) -> str:
    if pair is None:
        return "<td></td>"  # parts of one fixed combination
    grade = "not_checked" if pair.state == "not_checked" else pair.severity
    return fill(
        '<td class="cell cell-$grade" title="$title: $word"><span aria-hidden="true">$symbol</span>'
        '<span class="word">$word</span></td>',
        grade=grade,
        title=words.pair(pair),
        symbol=badges.SYMBOLS[grade],
        word=t(f"pharmacy.severity.short.{grade}"),
    )
