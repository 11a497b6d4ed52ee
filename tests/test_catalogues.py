"""The catalogues and the code agree: no missing key, no unused one, the same fields, none empty.

Knows: keys written out in code, and keys put together at run time. For each of the latter `MEMBERS`
names every value that its gap can take, from the code's own closed sets and the tables.
Does not know: whether a translation is good.
"""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from opencc import OpenCC

from core.documents import pdf
from core.i18n import LANGUAGES, LOCALES, Language
from core.model import checkpoint, choice, job, spec, steps, thought
from core.pharmacy import (
    alternatives,
    check_rows,
    checker,
    findings,
    label_text,
    overrides,
    question_words,
)
from core.pharmacy.context import Patient
from core.pharmacy.facts import SEVERITIES, Mark
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.stated_words import WORDS
from core.pharmacy.worded import Kind as BeyondKind
from core.records import audit
from core.records.people import Refused
from core.records.pins import PinProblem
from core.records.roles import ROLES
from core.safety import egress, red_flags
from core.settings import ASSETS, ROOT
from core.tables import split
from core.terms import drug_list, drug_names, negation
from core.ui import (
    badges,
    door,
    export_bar,
    home,
    model_choice,
    model_page,
    own_pin,
    shell,
    states,
)
from core.ui.pharmacy import list_editor

KEY = re.compile(r"[a-z_]+(\.[A-Za-z0-9_]+)+")
FILE = re.compile(r".*\.(css|csv|js|json|po|py|svg|png|zip|pdf|safetensors|txt)")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ENGLISH_WITH_CHINESE = {"pharmacy.empty.text"}  # tells that Chinese names may be typed
BLANK = {"safety.said.affirmed"}  # what stands without a doubt needs no remark
# Signs and the name of a field, no words.
ALIKE = {*(f"shell.text_size.{size}" for size in shell.SIZES), "export.csv.aigc"}
NO_CHINESE = {  # only fields and punctuation, or a unit
    *("list.comma", "list.sentence", "pharmacy.card.applied", "pharmacy.group_of"),
    *("pharmacy.ask.route_a", "pharmacy.ask.route_b", "pharmacy.source.marked"),
    *("pharmacy.exposure.down", "pharmacy.exposure.up", "pharmacy.why.head"),
    "pharmacy.override.person",
    *("pharmacy.patient.egfr", "export.bar.fhir"),
}
# Put together like a key but none: state of a component, names of files.
NO_KEYS = {"{}.heard", "{}.{}", "{}.part", "{}.bad", "{}.{}.new"}  # of state and of files
MODULES = {"model.multi_modal_projector", "model.vision_tower"}  # of transformers


def code_files() -> list[Path]:
    return [ROOT / "Home.py", *ROOT.glob("pages/*.py"), *ROOT.glob("core/**/*.py")]


@cache
def messages(language: Language) -> dict[str, Message]:
    with (LOCALES / f"{language}.po").open("rb") as source:
        found = list(read_po(source, locale=language.replace("-", "_")))
    return {_key(message): message for message in found if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> tuple[str, ...]:
    """The message, or each of its plural forms."""
    said = message.string
    return (said,) if isinstance(said, str) else tuple(said)


def written(source: str) -> Iterator[str]:
    """Every string of a Python source that stands whole, docstrings included."""
    tree = ast.parse(source)
    inside = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value


def composed(source: str) -> Iterator[str]:
    """Every f-string of a Python source with its gaps as `{}`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)


@cache
def namespaces() -> frozenset[str]:
    return frozenset(key.partition(".")[0] for key in messages("en"))


def whole_keys(source: str) -> set[str]:
    """Keys written out in a source: of the shape of a key, in one of our namespaces, no file."""
    shaped = (s for s in written(source) if KEY.fullmatch(s) and not FILE.fullmatch(s))
    return {text for text in shaped if text.partition(".")[0] in namespaces()} - MODULES


def gap_keys(source: str) -> set[str]:
    """Keys put together in a source, with their gaps."""
    shape = re.compile(r"[A-Za-z0-9_.{}]+")
    found = {s for s in composed(source) if shape.fullmatch(s) and "." in s and "{}" in s}
    ours = (s for s in found if s[0] == "{" or s.partition(".")[0] in namespaces())
    return {s for s in ours if not FILE.fullmatch(s)} - NO_KEYS


@cache
def in_code() -> tuple[frozenset[str], frozenset[str]]:
    sources = [path.read_text(encoding="utf-8") for path in code_files()]
    whole = frozenset().union(*map(whole_keys, sources))
    return whole, frozenset().union(*map(gap_keys, sources))


@pytest.fixture(scope="module")
def members(knowledge: Knowledge) -> dict[str, Iterable[object]]:
    """Every value that the gap of a composed key can take; several gaps take tuples."""
    tables = knowledge.tables
    conditions = {row.condition for row in tables.context}
    effects = [e for of_drug in tables.effects.values() for e in of_drug.values()]
    roles = {role.role for of_drug in tables.roles.values() for role in of_drug}
    strengths = {role.strength for of_drug in tables.roles.values() for role in of_drug}
    foods = {row.food for rows in tables.food.values() for row in rows}
    timings = {row.with_food for rows in tables.timing.values() for row in rows}
    indices = {drug.therapeutic_index for drug in tables.drugs.values()}
    refusals = (*get_args(PinProblem), *get_args(get_args(Refused)[-1]))
    worded = {"indication", "history", "monitoring", "route_a", "route_b"}
    values = {row.value for row in tables.context if row.condition in worded}
    choices = {choice for options in WORDS.values() for choice in options}
    grades = SEVERITIES[1:]
    return {
        "audit.{}": [a for acts in get_args(audit.Action) for a in get_args(acts) or (acts,)],
        "door.said.{}": door.HOSPITAL_SAID,
        "document.state.{}": (*get_args(pdf.State), pdf.REPAIRED, pdf.TOO_MUCH_TEXT),
        "export.bar.{}": export_bar.ICONS,
        "export.csv.{}": (*check_rows.COLUMNS, *check_rows.EXPLAINED),
        "export.state.{}": get_args(checker.State),
        "handout.severity.{}": grades,
        "home.model.device.{}": get_args(spec.Device),
        "home.model.why.{}": get_args(spec.Reason),
        "home.model.{}": ("none", "looking", "loading", "ready"),
        "home.scenario.{}": ("pharmacy", *home.LATER),
        "home.scenario.{}.text": ("pharmacy", *home.LATER),
        "incident.kind.{}": states.KINDS,
        "model_page.found.{}": ("name", "kind", "size", "parameters", "revision", "folder"),
        "model_page.from.{}": model_choice.SOURCES,
        "model_page.kind.{}": {kind.split()[0] for kind in checkpoint.KINDS.values()},
        "model_page.memory.on.{}": (*get_args(spec.Device), "nowhere"),
        "model_page.memory.{}": model_page.PARTS,
        "model_page.next_start.{}": get_args(choice.Source),
        "model_page.precision.{}": ("auto", *spec.PRECISIONS),
        "model.ended.{}": ("truncated", "stopped", "interrupted"),
        "model.state.{}": [state for state in get_args(job.State) if state != "no_model"],
        "model.step.{}.{}": [(k, s.name) for k in steps.TYPES for s in steps.steps(k, "")],
        "model.thought.{}": get_args(thought.State),
        "origin.{}": get_args(badges.Origin),
        "origin.{}.hint": get_args(badges.Origin),
        "own_pin.{}": own_pin.FIELDS,
        "people.refused.{}": refusals,
        "people.role.{}": ROLES,
        "privacy.exception.{}": get_args(egress.Purpose),
        "shell.promise_but.{}": get_args(egress.Purpose),
        "pharmacy.alternative.nothing{}": ("", "_partly"),
        "pharmacy.alternative.{}": get_args(alternatives.Outcome),
        "pharmacy.ask.{}": conditions,
        "pharmacy.asking.silent.{}": ("timing", "food", "enzymes"),
        "pharmacy.asking.topic.{}": question_words.TOPICS,
        "pharmacy.evidence.{}": get_args(findings.Evidence),
        "pharmacy.explain.beyond.{}": get_args(BeyondKind),
        "pharmacy.exposure.{}": ("up", "down"),
        "pharmacy.food.{}": foods,
        "pharmacy.group.{}": {group.group for group in tables.duplicates.values()},
        "pharmacy.how.{}": get_args(drug_names.How),
        "pharmacy.index.{}": indices - {""},
        "pharmacy.label.{}{}": list(product(("", "not_"), get_args(label_text.LabelRole))),
        "pharmacy.mark.{}": get_args(Mark),
        "pharmacy.not_checked.{}": get_args(checker.Reason),
        "pharmacy.not_held.{}": ("pregnant", "breast_feeding", "age"),
        "pharmacy.override.{}": overrides.REASONS,
        "pharmacy.patient.{}": [field.name for field in fields(Patient)],
        "pharmacy.role.{}": roles - {"no_relevant_cyp_role"},
        "pharmacy.route.{}": list_editor.ROUTES,
        "pharmacy.severity.short.{}": badges.SYMBOLS,
        "pharmacy.severity.{}": badges.SYMBOLS,
        "pharmacy.step.index_{}": ("counts", "not_counted"),
        "pharmacy.step.{}": ("pair_row", "class_row"),
        "pharmacy.strength.{}": (strengths | {"assumed", "strong_or_moderate"}) - {""},
        "pharmacy.tag.{}": {effect.tag for effect in effects} | rule_tags(),
        "pharmacy.timing.{}": timings,
        "pharmacy.unresolved.{}": get_args(drug_list.Reason),
        "pharmacy.value.{}": choices | values | {"yes", "no"},
        "privacy.{}": [*(probe.key for probe in home.probes()), "ward"],
        "safety.mark.{}": ("V", "B"),
        "safety.said.{}": get_args(negation.Assertion),
        "safety.wording.{}": get_args(red_flags.Wording),
        "safety.{}": red_flags.URGENCIES,
        "shell.text_size.{}": shell.SIZES,
        "table.{}": tables.rows,
        "{}.limits.{}": [
            *(("pharmacy", n) for n in range(1, 10)),
            *(("people", n) for n in range(1, 4)),
            *(("model", n) for n in range(1, 7)),
        ],
    }


def rule_tags() -> set[str]:
    """Tags that effect rules name, which a finding shows even where no drug has them yet."""
    text = (ASSETS / "pharmacy" / "effects.csv").read_text(encoding="utf-8").splitlines()
    place = text[0].split(",").index("effect")
    return {tag for line in text[1:] for tag in split(line.split(",")[place])}


def filled(gaps: str, value: object) -> str:
    return gaps.format(*(value if isinstance(value, tuple) else (value,)))


def test_every_composed_key_has_a_closed_set_here(members: dict[str, Iterable[object]]) -> None:
    assert in_code()[1] - set(members) == set(), "a gap whose values nobody has listed"
    assert set(members) - in_code()[1] == set(), "a list that no code needs"


def test_every_key_of_the_code_exists_in_every_language(
    members: dict[str, Iterable[object]],
) -> None:
    needed = in_code()[0] | {filled(gaps, v) for gaps, vs in members.items() for v in vs}
    assert len(needed) > 300
    for language in LANGUAGES:
        assert needed - set(messages(language)) == set(), language


def test_no_key_is_unused(members: dict[str, Iterable[object]]) -> None:
    used = in_code()[0] | {filled(gaps, v) for gaps, vs in members.items() for v in vs}
    for language in LANGUAGES:
        assert set(messages(language)) - used == set(), language


def test_the_search_for_keys_finds_what_is_planted() -> None:
    source = (
        'def f(t, x):\n    return t("home.nowhere"), t(f"home.scenario.{x}.text"), "app.css", "a.b"'
    )
    assert whole_keys(source) == {"home.nowhere"}
    assert gap_keys(source) == {"home.scenario.{}.text"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_are_the_same_in_every_language(language: Language) -> None:
    english = messages("en")
    for key, message in messages(language).items():
        wanted = {frozenset(placeholders(text)) for text in texts(english[key])}
        for text in texts(message):
            assert frozenset(placeholders(text)) in wanted, key


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_doubtful(language: Language) -> None:
    found = messages(language)
    assert {key for key, m in found.items() if not all(t.strip() for t in texts(m))} == BLANK
    assert [key for key, message in found.items() if message.fuzzy] == []


def test_english_holds_no_chinese_but_for_examples() -> None:
    chinese = {k for k, m in messages("en").items() if any(map(CHINESE.search, texts(m)))}
    assert chinese == ENGLISH_WITH_CHINESE


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_no_chinese_message_is_still_english(language: Language) -> None:
    english = messages("en")
    found = messages(language)
    assert {key for key, m in found.items() if texts(m) == texts(english[key])} == ALIKE
    without = {key for key, m in found.items() if not any(map(CHINESE.search, texts(m)))}
    assert without == ALIKE | BLANK | NO_CHINESE


def simplified_only(text: str) -> set[str]:
    """Characters that only simplified writing has: Big5 lacks them and OpenCC changes them."""
    return {char for char in text if not in_big5(char) and opencc("s2t").convert(char) != char}


@cache
def opencc(config: str) -> OpenCC:
    return OpenCC(config)


def in_big5(char: str) -> bool:
    try:
        char.encode("cp950")
    except UnicodeEncodeError:
        return False
    return True


def test_the_traditional_catalogue_has_no_simplified_characters() -> None:
    assert simplified_only("药物后里台只面") == set("药")  # the others are written in both
    found = {key: simplified_only("".join(texts(m))) for key, m in messages("zh-TW").items()}
    assert {key: chars for key, chars in found.items() if chars} == {}


def test_the_simplified_catalogue_has_no_traditional_characters() -> None:
    found = {key: "".join(texts(m)) for key, m in messages("zh-CN").items()}
    assert {key: said for key, said in found.items() if opencc("t2s").convert(said) != said} == {}
