import sys
import time
import unicodedata

import pytest

from core.terms import folding
from core.terms.folding import fold, initials, pinyin, whole


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("阿托伐他汀鈣", "阿托伐他汀钙"),
        ("“Aspirin”", '"aspirin"'),
        ("patient’s", "patient's"),
        ("10–20 mg — oral", "10-20 mg - oral"),
        ("  a \n\t b  ", "a b"),
        ("war\u200bfa\u00adrin\ufeff", "warfarin"),
        ("a\x00b\x07c", "abc"),
        ("\u202eabc\u202c", "abc"),
        ("", ""),
    ],
)
def test_equal_words_get_one_spelling(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("name", "full", "short"),
    [
        ("阿托伐他汀", "atuofatating", "atftt"),
        ("阿托伐他汀鈣", "atuofatatinggai", "atfttg"),
        ("炔雌醇", "quecichun", "qcc"),
        ("卡泊芬净", "kabofenjing", "kbfj"),
        ("丹参", "danshen", "ds"),
        ("长效避孕药", "changxiaobiyunyao", "cxbyy"),
        ("芬必得", "fenbide", "fbd"),
        ("多虑平", "duolvping", "dlp"),
        ("Aspirin 100", "aspirin100", "aspirin100"),
    ],
)
def test_names_are_read_as_they_are_spoken(name: str, full: str, short: str) -> None:
    assert pinyin(name) == full
    assert initials(name) == short


def test_four_thousand_names_fold_and_read_in_half_a_second() -> None:
    names = [f"阿托伐他汀钙片{n}" for n in range(4000)]
    start = time.process_time()
    assert len({(fold(name), pinyin(name), initials(name)) for name in names}) == 4000
    assert time.process_time() - start < 2.5  # about 0.4 s on an idle machine


def test_every_control_and_format_sign_of_unicode_is_known() -> None:
    signs = {c for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) in ("Cc", "Cf")}
    assert set(folding._INVISIBLE) == signs


def test_half_a_character_becomes_a_sign_of_its_own() -> None:
    assert whole("a\ud800b") == "a\ufffdb"
    assert fold("阿\udfff") == "阿\ufffd"
    whole("\ud83d\ude00").encode()


def test_nothing_typed_is_cached() -> None:
    assert not any(hasattr(value, "cache_info") for value in (fold, pinyin, initials))
    before = {name: len(value) for name, value in vars(folding).items() if isinstance(value, dict)}
    fold("王小明"), pinyin("王小明"), initials("王小明")
    assert {
        name: len(value) for name, value in vars(folding).items() if isinstance(value, dict)
    } == before
