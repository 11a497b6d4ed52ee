"""Between the judge and the page nothing changes: what passed is drawn, sign by sign."""

import html
import random
import re

import pytest
from test_orders import EVERY

from core.i18n import translator
from core.safety.escaping import visible
from core.safety.orders import judge
from core.ui import gate, model_text

ORDERS = [row["text"] for row in EVERY if row["order"] == "yes"]
HARMLESS = [row["text"] for row in EVERY if row["order"] == "no"]
# `{}` stands once in each piece of a word that is cut in two; those with `{0}` go around words.
INSIDE = (
    "<b></b>",
    "<script>x</script>",
    "<!-- a. b -->",
    "<|im_end|>",
    "<unused94>",
    "<![CDATA[x]]>",
    "<?xml version='1'?>",
    "<!doctype a. b>",
    "<<b>b>",
    "<br/>",
    "&lt;b&gt;",
    "\u200b",
    "\u2060\ufeff",
    "\u202e\u202c",
    "\u00ad",
    "\u3164",
    "\ue001",
    "\x07",
)
DISGUISES = (
    *(lambda word, sign=sign: word[:2] + sign + word[2:] for sign in INSIDE),
    lambda word: f"[{word[:2]}](http://a.b/c){word[2:]}",
    lambda word: f"![{word}](http://a.b/c)",
    lambda word: f"[{word}][r]",
    lambda word: f"**{word[:2]}**{word[2:]}",
    lambda word: f"<b>{word}</b>",
    lambda word: f"&amp;#{ord(word[0])};{word[1:]}",
    lambda word: f"&#x{ord(word[0]):x};{word[1:]}",
    lambda word: f"{word} <script>see. this</script>",
    lambda word: f"{word} <!-- a. b -->",
)
WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]{3,}")
T = translator("en")


def drawn(shown: str) -> str:
    """What the page shows; tests/browser/test_drawn_text.py asks Chromium whether this is so."""
    safe = model_text.markdown(T, shown).replace("  \n", "\n")
    return html.unescape(re.sub(r"^- |\*\*", "", safe, flags=re.MULTILINE)).replace("\u2060", "")


def through(text: str) -> str:
    passing = gate.OrderGate()
    return passing.feed(text) + passing.close()


def letters(text: str) -> str:
    return re.sub(r"[\s*]|^[ \t]*[-+*•][ \t]+(?=\S)", "", visible(text), flags=re.MULTILINE)


@pytest.mark.parametrize("number", range(len(DISGUISES)))
def test_an_order_in_disguise_is_not_to_be_read_on_the_page(number: int) -> None:
    dice = random.Random(number)
    disguised = [
        WORD.sub(lambda m: DISGUISES[number](m.group()), order) for order in dice.sample(ORDERS, 60)
    ]
    read = [text for text in disguised if judge(drawn(through(text)).replace(f"[{NOTE}]", ""))]
    assert read == []
    missed = [text for text in disguised if not judge(text)]
    assert len(missed) <= 3, missed


NOTE = T("model.held_back")


def test_harmless_text_is_drawn_letter_by_letter() -> None:
    assert len(HARMLESS) >= 275
    for text in HARMLESS:
        assert letters(drawn(through(text))) == letters(text)
        assert letters(gate.in_words(T, through(text))) == letters(text)


def test_a_file_holds_the_characters_that_were_judged() -> None:
    shown = through("Both <b>raise</b> the\u200b risk &amp; \u202ethe INR.")
    assert gate.in_words(T, shown) == "Both <b>raise</b> the risk &amp; the INR."
    assert drawn(shown) == gate.in_words(T, shown)


@pytest.mark.parametrize(
    "text",
    [
        "Stop <!-- a. b --> warfarin.",
        "Stop <script>see. this</script> warfarin.",
        "St<script>x</script>op warfarin.",
        "[Sto](http://a.b/c)p [warf](http://a.b/c)arin.",
        "St<|im_end|>op warf<|im_end|>arin.",
        "&amp;#83;top &amp;#119;arfarin.",
        "St<![CDATA[x]]>op warfarin.",
        "St<?xml version='1.0'?>op warfarin.",
        "St<!doctype a. b>op warfarin.",
        "St<<b>b>op warfarin.",
        "Stop <!--\n--> warfarin.",
        "<!-- Stop warfarin. -->",
        "<b Stop warfarin.>",
        "<Stop warfarin.>",
        "Stop\u2028warfarin.",
        "S\u3164top war\ue001farin.",
    ],
)
def test_markup_hides_no_order_from_the_judge_however_it_arrives(text: str) -> None:
    assert judge(text)
    passing = gate.OrderGate()
    assert "".join(map(passing.feed, text)) + passing.close() == through(text)
