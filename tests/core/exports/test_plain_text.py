"""What a person typed cannot steer a file."""

import pytest

from core.exports.plain_text import plain


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("line\r\nnext\tcell", "line next cell"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800broken", "broken"),
        ("  阿司匹林　100mg ", "阿司匹林 100mg"),
        ("💊 µg ≥ 5", "💊 µg ≥ 5"),
    ],
)
def test_steering_characters_go_and_words_stay(typed: str, written: str) -> None:
    assert plain(typed) == written


def test_a_long_text_ends_with_an_ellipsis_at_the_limit() -> None:
    assert plain("abcdefghij", 5) == "abcd…"
    assert plain("abcde", 5) == "abcde"
