"""What a person must be told has a sentence in every language; its values fill it."""

import ast
import string

import pytest

from core.errors import AuscultError, BadInput, BadSetting, BadTable, NotStored
from core.i18n import LANGUAGES, Language, translator
from core.settings import ROOT

RAISED = ("BadInput", "BadSetting", "BadTable", "NotStored")


def raised() -> list[tuple[str, set[str]]]:
    """Key and names of the values of every error that code makes."""
    found = []
    for path in sorted((ROOT / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args:
                key = node.args[0]
                assert isinstance(key, ast.Constant), (path, node.lineno)
                found.append((str(key.value), {k.arg for k in node.keywords if k.arg}))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence_that_its_values_fill(language: Language) -> None:
    errors = raised()
    assert len(errors) > 10
    for key, values in errors:
        sentence = translator(language).catalogue.gettext(key)
        assert sentence != key, key
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert fields <= values, (key, fields - values)


@pytest.mark.parametrize("kind", [BadInput, BadSetting, BadTable, NotStored])
def test_an_error_keeps_key_values_and_detail(kind: type[AuscultError]) -> None:
    error = kind("some.key", "for the log", name="x", n=2)
    assert isinstance(error, AuscultError)
    assert (error.key, error.detail, error.values) == (
        "some.key",
        "for the log",
        {"name": "x", "n": 2},
    )
    assert str(error) == "for the log"
    assert str(kind("some.key")) == "some.key"
