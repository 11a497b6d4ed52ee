"""The knowledge of a process: loaded once, named by version and content, nothing typed in it."""

import csv
import json

from core.pharmacy import knowledge as module
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.label_text import label_drug, read_label
from core.settings import ASSETS


def test_version_and_digest_name_the_release(knowledge: Knowledge) -> None:
    manifest = json.loads((ASSETS / "pharmacy" / "manifest.json").read_text("utf-8"))
    assert knowledge.version == manifest["version"]
    assert len(knowledge.digest) == 12
    assert int(knowledge.digest, 16)


def test_it_is_loaded_once() -> None:
    module.knowledge.cache_clear()
    assert module.knowledge() is module.knowledge()
    assert module.knowledge().missing == ()
    module.knowledge.cache_clear()


def test_every_drug_has_a_profile_and_three_names(knowledge: Knowledge) -> None:
    assert knowledge.profiles.keys() == knowledge.drugs.keys()
    for drug in knowledge.drugs.values():
        assert drug.name("en")
        assert drug.name("zh-CN")
        assert drug.name("zh-TW")
        assert "+" not in drug.id  # joins the two ids of a pair


def test_what_is_held_is_what_the_tables_say(knowledge: Knowledge) -> None:
    with (ASSETS / "pharmacy" / "enzyme_roles.csv").open(encoding="utf-8", newline="") as source:
        with_roles = {row["drug_id"] for row in csv.DictReader(source)}
    for drug, profile in knowledge.profiles.items():
        parts = profile.drug.components
        expected = drug in with_roles or (bool(parts) and set(parts) <= with_roles)
        assert profile.has_enzyme_data == expected, drug


def test_no_relevant_role_counts_as_data(knowledge: Knowledge) -> None:
    """The label says that no enzyme matters: that is known, and acts on nothing."""
    stated = [
        drug
        for drug, roles in knowledge.tables.roles.items()
        if {role.role for role in roles} == {"no_relevant_cyp_role"}
    ]
    assert stated
    for drug in stated:
        profile = knowledge.profiles[drug]
        assert profile.has_enzyme_data
        assert profile.acts == profile.suffers == ()


def test_an_answer_is_remembered_for_table_drugs_only(knowledge: Knowledge) -> None:
    a, b = knowledge.profiles["atorvastatin"], knowledge.profiles["clarithromycin"]
    assert knowledge.derive(a, b) is knowledge.derive(a, b)
    new = label_drug("label-1", "canary", read_label("本品主要经CYP3A4代谢"))
    first = knowledge.derive(new, b)
    other = label_drug("label-1", "canary", read_label("本品经CYP2D6代谢"))
    assert first.severity == "moderate"
    assert knowledge.derive(other, b).findings == ()
    assert "canary" not in repr(knowledge)
