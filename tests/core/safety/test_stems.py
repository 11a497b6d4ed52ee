"""One word in its many forms, and one slip of the finger away from a known one."""

import pytest

from core.safety.stems import Vocabulary

FORMS = {"ate": "eat", "meds": "medicine", "tablets": "pill"}
KNOWN = Vocabulary(frozenset({"balanc", "blanch", "bleed", "fall", "palpitation"}), FORMS)


@pytest.mark.parametrize(
    ("words", "root"),
    [
        (("swallow", "swallows", "swallowed", "swallowing"), "swallow"),
        (("vomit", "vomiting", "vomited"), "vomit"),
        (("vary", "varies", "varied"), "vary"),
        (("stop", "stopped", "stopping"), "stop"),
        (("ate", "eat", "eats", "eating"), "eat"),
        (("meds",), "medicin"),
    ],
)
def test_the_forms_of_one_word_are_one(words: tuple[str, ...], root: str) -> None:
    assert {KNOWN.stem(word) for word in words} == {root}


def test_a_short_or_known_word_is_itself() -> None:
    assert KNOWN.of("fell") == ("fell",)
    assert KNOWN.of("bleeding") == ("bleed",)


def test_a_word_one_slip_away_counts_as_the_known_one() -> None:
    assert KNOWN.of("palpitatons") == ("palpitation",)
    assert KNOWN.of("palptatons") == ("palptaton",)


def test_a_slip_that_two_words_explain_counts_as_both() -> None:
    # The order of a set changes from process to process; an emergency may not hang on it.
    assert KNOWN.of("blance") == ("balanc", "blanch")


@pytest.mark.parametrize(
    ("token", "roots"),
    [
        ("can't", ("cannot",)),
        ("could not", ("cannot",)),
        ("unable", ("cannot",)),
        ("canning", ("can",)),
        ("isn't", ("not",)),
        ("without", ("not",)),
        ("cann't", ("cann't",)),  # not a denial: what it cannot do is told as it is
        ("the", ()),
    ],
)
def test_words_that_deny_and_fillers_are_told_apart(token: str, roots: tuple[str, ...]) -> None:
    assert KNOWN.roots(token) == roots


def test_a_text_gives_each_root_once_in_its_order() -> None:
    assert KNOWN.all_roots("he ate the tablets and eats no pills.") == ("eat", "pill", "not")
