import html
import re
import time

import pytest

from core.safety.escaping import html_safe, markdown_safe, visible


def drawn(text: str) -> str:
    """What a page shows of escaped text; tests/browser/test_drawn_text.py asks Chromium."""
    safe = re.sub(r"^- |\*\*", "", markdown_safe(text), flags=re.MULTILINE)
    return html.unescape(safe).replace("\u2060", "")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("5$ and $x$", "5&#36; and &#36;x&#36;"),
        (":red[x] :smile:", "&#58;\u2060red&#91;x&#93; &#58;\u2060smile&#58;"),
        ("at 12:30, ratio 1:2", "at 12&#58;30, ratio 1&#58;2"),
        ("a -> b >= c", "a -\u2060&#62; b &#62;\u2060= c"),
        ("p<0.05", "p&#60;0.05"),
        ("https://e.example", "https&#58;\u2060//e.example"),
        ("a@b.example", "a@\u2060b.example"),
        ("&lt;b&gt;", "&#38;lt;b&#38;gt;"),
        ("# a\n    b\n---\n1. c", "&#35; a\nb\n&#45;\u2060--\n1&#46; c"),
    ],
)
def test_what_would_act_is_a_sign(text: str, safe: str) -> None:
    assert markdown_safe(text) == safe
    assert drawn(text) == text.replace("    ", "")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("**bold** text", "**bold** text"),
        ("**注意：**华法林", "**注意**：华法林"),
        ("**(a): b.**c", "(**a)&#58; b**.c"),
        ("***a*** **b", "&#42;**a**&#42; &#42;&#42;b"),
        ("*  a\n  + b\n•\tc", "- a\n- b\n- c"),
        ("- - a\n- 1. b\n-", "- &#45; a\n- 1&#46; b\n&#45;"),
    ],
)
def test_bold_and_the_items_of_a_list_are_drawn_with_their_letters(text: str, safe: str) -> None:
    assert markdown_safe(text) == safe


def test_marks_of_the_caller_stay_and_hide_nothing_behind_them() -> None:
    assert markdown_safe("\ue0101. a\n\ue011- b\n**\ue010 c**", "\ue010\ue011") == (
        "\ue0101&#46; a\n\ue011- b\n&#42;&#42;\ue010 c&#42;&#42;"
    )
    assert markdown_safe("\ue010a") == "a"


def test_what_cannot_be_seen_is_taken_out_and_nothing_else() -> None:
    unseen = (
        "\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\u061c\u034f\u3164\ufe0f\U000e0041\x07\r\ue001"
    )
    assert visible(
        "".join(f"{sign}{letter}" for sign, letter in zip(unseen, "abcdefghijklmno", strict=True))
    ) == ("abcdefghijklmno")
    assert visible("a\u2028b\x0bc\td\ne") == "a\nb\nc\td\ne"
    said = "<b>ü</b> 华法林 ≥ 5 µg — “x” ﬁ é e\u0301 😀 \\ & `"
    assert visible(said) == said


def test_html_values_are_escaped_with_quotes_and_without_hidden_characters() -> None:
    assert (
        html_safe("<b a=\"1\" c='2'>\u202e&\x00</b>")
        == "&lt;b a=&quot;1&quot; c=&#x27;2&#x27;&gt;&amp;&lt;/b&gt;"
    )
    assert html_safe("第一行\n二\t三") == "第一行\n二\t三"


def test_long_and_hostile_text_stays_quick() -> None:
    hostile = ("[" * 5000, "**a" * 3000, "<" * 5000, "![" * 3000, "&amp;" * 3000, "* " * 5000)
    start = time.perf_counter()
    for text in hostile:
        assert "<" not in markdown_safe(text)
    assert time.perf_counter() - start < 5  # about 0.1 s on an idle machine


def test_emoji_and_names_that_people_typed_stay_as_they_typed_them() -> None:
    assert html_safe("😀💊👩\u200d⚕\ufe0f a@b.c") == "😀💊👩\u200d⚕\ufe0f a@b.c"
