"""Every finding can be said in every language, and says what it is."""

from collections.abc import Callable

import pytest

from core.i18n import LANGUAGES, Language
from core.pharmacy.checker import Check
from core.pharmacy.context import Question
from core.pharmacy.findings import Finding
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.wording import Words

Checked = Callable[..., Check]
GetWords = Callable[[Language], Words]
EACH = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def one_of_each(knowledge: Knowledge) -> list[Finding]:
    """For each rule, row, role and tag the first finding that shows it."""
    shown: dict[object, Finding] = {}
    drugs = list(knowledge.profiles.values())
    for n, a in enumerate(drugs):
        for b in drugs[n:]:
            for finding in knowledge.deriver.single(a, b):
                shown.setdefault((finding.kind, finding.rule), finding)
                if finding.chain:
                    chain = finding.chain
                    roles = (chain.by.role, chain.by.strength, chain.on.role, chain.active_drug)
                    index = (chain.therapeutic_index, chain.index_counts, chain.critical)
                    shown.setdefault((*roles, *index, chain.prodrug), finding)
    return list(shown.values())


@EACH
def test_every_kind_of_finding_has_all_its_sentences(
    one_of_each: list[Finding], words: GetWords, language: Language
) -> None:
    say = words(language)
    kinds = {finding.kind for finding in one_of_each}
    assert kinds == {
        "pair_row",
        "class_row",
        "same_ingredient",
        "duplicate_group",
        "food",
        "exposure",
        "effect",
    }
    assert len(one_of_each) > 700
    for finding in one_of_each:
        texts = [
            say.effect(finding),
            say.mechanism(finding),
            say.management(finding),
            say.evidence(finding),
        ]
        steps = say.steps(finding)
        assert len(steps) >= 2, finding.rule
        for text in (*texts, *(step.text for step in steps)):
            assert text.strip(), finding.rule
            assert "pharmacy." not in text, (finding.rule, text)
            assert "{" not in text, (finding.rule, text)


@EACH
def test_every_source_is_said_with_its_mark(
    one_of_each: list[Finding], words: GetWords, language: Language
) -> None:
    say = words(language)
    for source in {source for finding in one_of_each for source in finding.sources}:
        assert source.name in say.source(source)
        assert say.mark(source) in say.source(source)


def test_a_recalled_source_is_not_said_like_a_read_one(
    one_of_each: list[Finding], words: GetWords
) -> None:
    by_mark = {s.verified: words("en").mark(s) for f in one_of_each for s in f.sources}
    assert {"recall", "source_copy", "convention"} <= by_mark.keys()
    assert len(set(by_mark.values())) == len(by_mark)


def test_an_exposure_is_told_as_a_chain_from_facts_to_grade(
    checked: Checked, words: GetWords
) -> None:
    (pair,) = checked("可待因", "帕罗西汀").pairs
    finding = next(f for f in pair.derivation.findings if f.chain)
    texts = [step.text for step in words("en").steps(finding)]
    assert "Paroxetine" in texts[0]
    assert "CYP2D6" in texts[0]
    assert "Codeine" in texts[1]
    assert finding.rule in texts[-1]


@EACH
def test_a_row_names_itself_in_its_last_step(
    checked: Checked, words: GetWords, language: Language
) -> None:
    (pair,) = checked("阿托伐他汀", "克拉霉素").pairs
    assert pair.decided_by
    last = words(language).steps(pair.decided_by)[-1]
    assert "P0001" in last.text
    assert last.source
    assert last.source.name in pair.decided_by.sources[0].name


def test_advice_that_the_tables_do_not_hold_is_not_invented(
    checked: Checked, words: GetWords
) -> None:
    (pair,) = checked("可待因", "利福平").pairs
    assert pair.decided_by
    assert pair.decided_by.management is None
    say = words("en")
    assert say.management(pair.decided_by) == say.t("pharmacy.manage.none_held")


@EACH
def test_every_question_of_the_context_table_can_be_asked(
    knowledge: Knowledge, words: GetWords, language: Language
) -> None:
    say = words(language)
    for row in knowledge.tables.context:
        question = Question(row.id, row.condition, row.value, row.severity, min(row.first))
        assert len(say.question(question)) > 5
        assert "{" not in say.question(question)


@EACH
def test_why_a_pair_was_not_checked_is_said_with_the_name(
    checked: Checked, knowledge: Knowledge, words: GetWords, language: Language
) -> None:
    say = words(language)
    bare = [p.drug for p in knowledge.profiles.values() if not p.has_enzyme_data]
    for drug in bare:
        pairs = checked("阿奇霉素", drug.name_zh_cn).pairs
        if pairs and pairs[0].state == "not_checked":
            assert drug.name(language) in say.reason(pairs[0])
            return
    raise AssertionError("no pair was not checked")


def test_a_drug_is_named_in_the_readers_language(words: GetWords) -> None:
    assert [words(language).name("clarithromycin") for language in LANGUAGES] == [
        "克拉霉素",
        "克拉黴素",
        "Clarithromycin",
    ]
