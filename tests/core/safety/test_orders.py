import csv
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.safety.orders import CitedRow, Gate, Piece, judge, restates

HERE = Path(__file__).parent


def sentences(file: str) -> list[dict[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return [{**row, "text": row["text"].replace("\\n", "\n")} for row in rows]


CORPUS = sentences("orders_corpus.csv")
# Written without sight of the judge at work; docs/orders.md has what was first measured on them.
HELD_OUT = sentences("orders_held_out.csv")
SECOND = sentences("orders_second.csv")
THIRD = sentences("orders_third.csv")
FOURTH = sentences("orders_fourth.csv")  # passed when they were first tried
EVERY = [*CORPUS, *HELD_OUT, *SECOND, *THIRD, *FOURTH]
ROW = CitedRow(
    frozenset({"simvastatin", "clarithromycin"}),
    (
        "Do not combine; use azithromycin or suspend simvastatin",
        "禁止合用；改用阿奇霉素或暂停辛伐他汀",
    ),
)
LIMIT = CitedRow(
    frozenset({"simvastatin", "amlodipine"}),
    ("Limit simvastatin to 20 mg daily", "辛伐他汀每日不超过20mg"),
)


def shown(pieces: list[Piece]) -> str:
    """What would stand in the page, a sign in place of what is held."""
    return "".join("⟦⟧\n" if piece.kind == "held" else piece.text for piece in pieces)


def through(chunks: list[str], rows: tuple[CitedRow, ...] = ()) -> list[Piece]:
    gate = Gate(rows)
    pieces = [piece for chunk in chunks for piece in gate.feed(chunk)]
    return [*pieces, *gate.close()]


def cuts(text: str, seed: int) -> list[str]:
    places = random.Random(seed).choices(range(len(text) + 1), k=min(10, len(text)))
    edges = [0, *sorted(places), len(text)]
    return [text[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def texts() -> Iterator[str]:
    """Sentences of all kinds in one text, in lines, items and running text."""
    for seed in range(16):
        dice = random.Random(seed)
        picked = [row["text"] for row in dice.sample(EVERY, 6)]
        yield dice.choice(["\n", " ", "\n- ", "\n\n", ""]).join(picked)


def test_no_order_of_the_corpus_is_missed() -> None:
    orders = [row["text"] for row in EVERY if row["order"] == "yes"]
    assert [text for text in orders if not judge(text)] == []
    assert len(orders) >= 300


def test_history_mechanism_regimen_and_questions_pass() -> None:
    harmless = [row["text"] for row in EVERY if row["order"] == "no"]
    assert [text for text in harmless if judge(text)] == []
    assert len(harmless) >= 275


def test_the_corpus_is_in_three_languages_and_holds_every_sentence_once() -> None:
    assert {row["lang"] for row in EVERY} == {"en", "zh-CN", "zh-TW"}
    assert len({row["text"] for row in EVERY}) == len(EVERY) >= 580
    assert {row["order"] for row in EVERY} == {"yes", "no"}


def test_a_span_is_the_sentence_in_the_text_as_it_was_given() -> None:
    text = (
        "Both inhibit CYP3A4.  **Ｔａｋｅ** 0.5 mg of war\u200bfarin e.g. at 8 pm. Is that clear?"
    )
    (span,) = judge(text)
    assert text[span.start : span.end] == "**Ｔａｋｅ** 0.5 mg of war\u200bfarin e.g. at 8 pm."
    assert span.why == "direction"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Warfarin. 5 mg. Twice daily.", ["5 mg.", "Twice daily."]),
        ("Warfarin:\n- 5 mg bid\n", ["- 5 mg bid"]),
        ("Stop:\n- warfarin\n- aspirin\n", ["- warfarin", "- aspirin"]),
        ("停用：\n- 华法林\n", ["- 华法林"]),
        ("华法林\n5毫克\n每晚", ["5毫克", "每晚"]),
        ("Warfarin should be\ngiven", ["given"]),
    ],
)
def test_an_order_in_parts_is_held_where_it_becomes_one(text: str, parts: list[str]) -> None:
    held = [text[span.start : span.end] for span in judge(text)]
    assert set(parts) <= set(held)


def test_a_heading_that_tells_of_the_past_excuses_its_items_and_no_direction() -> None:
    text = "Home medications:\n- warfarin 3 mg daily\n- Take 5 mg tonight\n- aspirin 100 mg daily\n"
    assert [text[s.start : s.end] for s in judge(text)] == ["- Take 5 mg tonight"]


def test_the_way_a_text_arrives_changes_nothing_and_no_order_is_in_what_is_shown() -> None:
    for text in texts():
        whole = through([text])
        assert shown(through(list(text))) == shown(whole)
        for seed in range(3):
            assert shown(through(cuts(text, seed))) == shown(whole)
        assert judge(shown(whole)) == (), text


def test_what_is_shown_and_what_is_held_are_the_text() -> None:
    held = 0
    for text in texts():
        gate = Gate()
        pieces = [*gate.feed(text), *gate.close()]
        assert gate.raw == text
        assert tuple(gate.held) == judge(text)
        assert sum(piece.kind == "held" for piece in pieces) == len(gate.held)
        assert all(piece.text == "" for piece in pieces if piece.kind == "held")
        held += len(gate.held)
    assert held > 20


def test_a_sentence_is_shown_as_soon_as_it_is_complete_and_not_before() -> None:
    gate = Gate()
    assert gate.feed("Both prolong the QT interval") == ()
    assert gate.feed(". The") == (Piece("text", "Both prolong the QT interval."),)
    assert gate.feed(" dose was 0.") == ()
    assert gate.feed("5 mg bid") == ()
    assert gate.feed(" in the trial.") == ()
    assert gate.close() == (Piece("text", " The dose was 0.5 mg bid in the trial."),)


def test_an_order_cut_off_by_a_stop_is_held() -> None:
    gate = Gate()
    assert gate.feed("You should take 5 m") == ()
    assert gate.close() == (Piece("held"),)


def test_a_sentence_without_an_end_is_judged_in_bounded_time() -> None:
    gate = Gate()
    pieces = gate.feed("no end in sight " * 400)
    assert sum(len(piece.text) for piece in pieces) > 5000
    assert max(len(piece.text) for piece in pieces) <= 600


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not combine clarithromycin and simvastatin; use azithromycin or suspend simvastatin.",
        "Do not combine; use azithromycin or suspend simvastatin.",
        "禁止合用克拉霉素与辛伐他汀；改用阿奇霉素或暂停辛伐他汀。",
    ],
)
def test_the_words_of_a_cited_row_pass_as_its_text(sentence: str) -> None:
    assert judge(sentence) != ()
    assert restates(sentence, [ROW])
    assert [piece.kind for piece in through([sentence], (ROW,))] == ["rule"]


def test_the_same_number_passes_and_another_one_does_not() -> None:
    assert restates("Limit simvastatin to 20 mg daily.", [LIMIT])
    assert restates("Limit simvastatin to twenty milligrams daily.", [LIMIT])
    assert not restates("Limit simvastatin to 40 mg daily.", [LIMIT])
    assert not restates("Limit simvastatin.", [LIMIT])
    assert not restates("Limit simvastatin to 20 mg daily for 7 days.", [LIMIT])


@pytest.mark.parametrize(
    "sentence",
    [
        "Use simvastatin or suspend azithromycin.",
        "Do not combine; use azithromycin or suspend simvastatin and warfarin.",
        "Do not combine; use azithromycin 500 mg or suspend simvastatin.",
        "Do not suspend simvastatin; use azithromycin.",
        "Stop clarithromycin; use azithromycin or suspend simvastatin.",
        "改用辛伐他汀或暂停阿奇霉素。",
        "It is safe.",
    ],
)
def test_more_than_the_row_says_or_the_reverse_of_it_is_no_restating(sentence: str) -> None:
    assert not restates(sentence, [ROW])


@pytest.mark.parametrize(
    ("sentence", "management", "drugs"),
    [
        (
            "Simvastatin: use 20 mg/day.",
            "Use simvastatin no more than 20 mg/day",
            {"simvastatin", "amlodipine"},
        ),
        ("Halve the digoxin dose.", "Halve digoxin and check levels", {"digoxin", "amiodarone"}),
        (
            "Limit amlodipine to 20 mg daily with simvastatin.",
            "Limit simvastatin to 20 mg daily with amlodipine",
            {"simvastatin", "amlodipine"},
        ),
        (
            "It is wrong to limit simvastatin to 20 mg daily.",
            "Limit simvastatin to 20 mg daily",
            {"simvastatin", "amlodipine"},
        ),
        (
            "Limit simvastatin to at least 20 mg daily.",
            "Limit simvastatin to 20 mg daily",
            {"simvastatin", "amlodipine"},
        ),
    ],
)
def test_a_bound_a_check_or_a_drug_that_is_changed_is_no_restating(
    sentence: str, management: str, drugs: set[str]
) -> None:
    row = CitedRow(frozenset(drugs), (management,))
    assert restates(f"{management}.", [row])
    assert not restates(sentence, [row])


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Both inhibit CYP3A4. You should take 5", "Both inhibit CYP3A4."),
        ("Both inhibit CYP3A4. The dose was 5.", "Both inhibit CYP3A4."),
        ("Both inhibit CYP3A4. The INR rises.", "Both inhibit CYP3A4. The INR rises."),
        ("Both inhibit CYP3A4. Stop warfarin.", "Both inhibit CYP3A4."),
    ],
)
def test_a_text_that_was_broken_off_ends_with_a_whole_sentence(text: str, given: str) -> None:
    gate = Gate()
    assert "".join(piece.text for piece in (*gate.feed(text), *gate.cut())) == given
    assert gate.raw == text


def test_hostile_text_is_judged_in_bounded_time() -> None:
    start = time.process_time()
    for sign in ("<", "1", "-> ", "_a", "<b", "&amp;"):
        judge((sign * 8000)[:8000])
    assert time.process_time() - start < 15  # about 1.5 s on an idle machine


def test_without_rows_nothing_is_the_text_of_a_rule() -> None:
    assert not restates("Do not combine; use azithromycin or suspend simvastatin.", [])
