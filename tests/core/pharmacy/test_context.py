"""Every row of the context table: met, not met, not known; and what may not move a grade."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from core.errors import BadInput
from core.i18n import LANGUAGES, translator
from core.pharmacy.checker import Pair
from core.pharmacy.conditions import holds
from core.pharmacy.context import (
    ROUTES,
    WORDS,
    Medication,
    Patient,
    not_held,
    number,
    read_medication,
    read_patient,
)
from core.pharmacy.facts import RANK
from core.pharmacy.findings import NOTHING
from core.pharmacy.knowledge import Knowledge
from core.pharmacy.regrading import apply_context

GetPair = Callable[..., Pair]


class Case(NamedTuple):
    """A pair of a row; what meets its condition and what does not; the grade of both."""

    row: str
    a: str
    b: str
    met: dict[str, Any]
    unmet: dict[str, Any]
    changed: str
    base: str


def of(**patient: Any) -> dict[str, Any]:
    return {"patient": patient}


def first(**medication: Any) -> dict[str, Any]:
    return {"given": {0: Medication(**medication)}}


def second(**medication: Any) -> dict[str, Any]:
    return {"given": {1: Medication(**medication)}}


def dose(most: float) -> tuple[dict[str, Any], dict[str, Any]]:
    return first(mg_per_day=most), first(mg_per_day=most + 0.1)


def hours(least: float) -> tuple[dict[str, Any], dict[str, Any]]:
    return second(separated_hours=least), second(separated_hours=least - 0.1)


def yes_no(key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return of(**{key: True}), of(**{key: False})


def crcl(below: float) -> tuple[dict[str, Any], dict[str, Any]]:
    return of(crcl=below - 0.1), of(crcl=below)


def indication(value: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return of(indication=[value]), of(indication=[])


CASES = [
    Case(
        "X001",
        "colchicine",
        "clarithromycin",
        *yes_no("renal_impairment"),
        "contraindicated",
        "major",
    ),
    Case(
        "X002",
        "colchicine",
        "clarithromycin",
        *yes_no("hepatic_impairment"),
        "contraindicated",
        "major",
    ),
    Case(
        "X003", "colchicine", "ciclosporin", *yes_no("renal_impairment"), "contraindicated", "major"
    ),
    Case("X004", "dabigatran", "verapamil", *crcl(30), "contraindicated", "moderate"),
    Case("X005", "dabigatran", "amiodarone", *crcl(30), "contraindicated", "moderate"),
    Case("X006", "dabigatran", "ketoconazole", *crcl(50), "contraindicated", "major"),
    Case("X007", "metformin", "iodinated-contrast", of(egfr=60), of(egfr=59.9), "minor", "major"),
    Case("X008", "simvastatin", "amlodipine", *dose(20), "minor", "moderate"),
    Case("X009", "simvastatin", "amiodarone", *dose(20), "moderate", "major"),
    Case("X010", "simvastatin", "verapamil", *dose(10), "moderate", "major"),
    Case("X011", "simvastatin", "diltiazem", *dose(10), "moderate", "major"),
    Case("X012", "atorvastatin", "clarithromycin", *dose(20), "moderate", "major"),
    Case("X013", "pravastatin", "clarithromycin", *dose(40), "minor", "moderate"),
    Case("X014", "citalopram", "omeprazole", *dose(20), "minor", "moderate"),
    Case(
        "X015",
        "methotrexate",
        "ibuprofen",
        *indication("high_dose_oncology"),
        "contraindicated",
        "major",
    ),
    Case("X016", "methotrexate", "ibuprofen", *indication("low_dose_weekly"), "moderate", "major"),
    Case(
        "X017", "methotrexate", "omeprazole", *indication("high_dose_oncology"), "major", "moderate"
    ),
    Case(
        "X018",
        "warfarin",
        "diclofenac",
        second(route="topical"),
        second(route="oral"),
        "minor",
        "major",
    ),
    Case(
        "X019",
        "warfarin",
        "diclofenac",
        of(history="gi_bleed"),
        of(history="none"),
        "contraindicated",
        "major",
    ),
    Case(
        "X020",
        "digoxin",
        "ciclosporin",
        of(monitoring="level_available"),
        of(monitoring="none"),
        "moderate",
        "major",
    ),
    Case("X021", "levothyroxine", "calcium-carbonate", *hours(4), "none", "moderate"),
    Case("X022", "ciprofloxacin", "calcium-carbonate", *hours(6), "minor", "moderate"),
    Case("X023", "doxycycline", "calcium-carbonate", *hours(3), "minor", "moderate"),
    Case("X024", "alendronic-acid", "calcium-carbonate", *hours(1), "minor", "moderate"),
    Case(
        "X025",
        "midazolam",
        "clarithromycin",
        first(route="intravenous"),
        first(route="oral"),
        "major",
        "contraindicated",
    ),
    Case(
        "X026",
        "ceftriaxone",
        "calcium-gluconate",
        of(age_days=28),
        of(age_days=29),
        "contraindicated",
        "major",
    ),
    Case(
        "X027",
        "spironolactone",
        "enalapril",
        of(potassium=5.1),
        of(potassium=5.0),
        "contraindicated",
        "major",
    ),
    Case("X028", "tadalafil", "tamsulosin", *yes_no("stable_alpha_blocker"), "minor", "moderate"),
    Case(
        "X029",
        "azathioprine",
        "allopurinol",
        of(dose_reduced="to_25_33_percent"),
        of(dose_reduced="none"),
        "moderate",
        "major",
    ),
    Case("X030", "warfarin", "enoxaparin", *indication("bridging"), "minor", "major"),
    Case("X031", "warfarin", "clopidogrel", *indication("recent_stent"), "moderate", "major"),
    Case(
        "X032",
        "theophylline",
        "tobacco",
        of(smoking="stopped"),
        of(smoking="unchanged"),
        "major",
        "moderate",
    ),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.row)


def turned(medication: dict[str, Any]) -> dict[str, Any]:
    """The same medication when the two drugs stand the other way round."""
    given = medication.get("given", {})
    return {**medication, "given": {1 - line: value for line, value in given.items()}}


def test_every_row_of_the_table_is_tried(knowledge: Knowledge) -> None:
    assert [case.row for case in CASES] == [row.id for row in knowledge.tables.context]
    assert len(CASES) == 32


@EACH
def test_a_condition_that_is_met_changes_the_grade(pair: GetPair, case: Case) -> None:
    found = pair(case.a, case.b, **case.met)
    assert found.severity == case.changed
    (applied,) = found.applied
    assert (applied.row.id, applied.before, applied.after) == (case.row, case.base, case.changed)
    assert not applied.assumed
    assert applied.row.source.name


@EACH
def test_a_condition_that_is_not_met_changes_nothing(pair: GetPair, case: Case) -> None:
    found = pair(case.a, case.b, **case.unmet)
    assert found.severity == case.base
    assert found.applied == ()
    assert case.row not in [question.row for question in found.questions]


@EACH
def test_an_unknown_condition_changes_nothing_and_is_asked_for(pair: GetPair, case: Case) -> None:
    found = pair(case.a, case.b)
    assert found.severity == case.base
    assert found.applied == ()
    assert case.row in [question.row for question in found.questions]


@EACH
def test_the_order_of_the_two_drugs_makes_no_difference(pair: GetPair, case: Case) -> None:
    assert pair(case.b, case.a, **turned(case.met)).severity == case.changed
    assert pair(case.b, case.a, **turned(case.unmet)).severity == case.base


@EACH
def test_a_row_holds_for_every_pair_that_it_names(
    knowledge: Knowledge, pair: GetPair, case: Case
) -> None:
    """Of all members of its classes: the grade moves towards that of the row, never past it."""
    (row,) = [row for row in knowledge.tables.context if row.id == case.row]
    tried = 0
    for a in sorted(row.first):
        for b in sorted(row.second - {a}):
            before, after = pair(a, b), pair(a, b, **case.met)
            if any(finding.row for finding in before.derivation.findings):
                tried += 1
                low, high = sorted((RANK[before.severity], RANK[row.severity]))
                assert low <= RANK[after.severity] <= high, (a, b)
                assert [applied.row.id for applied in after.applied] == [case.row], (a, b)
    assert tried


def test_only_a_question_that_would_change_the_grade_is_asked(pair: GetPair) -> None:
    found = pair("colchicine", "clarithromycin", patient={"renal_impairment": True})
    assert found.severity == "contraindicated"
    assert found.questions == ()


def test_a_pair_without_a_row_asks_nothing(pair: GetPair) -> None:
    assert pair("paracetamol", "warfarin").questions == ()


def test_of_several_rows_that_hold_the_strictest_counts(pair: GetPair) -> None:
    low_dose = pair("methotrexate", "ibuprofen", patient={"indication": ["low_dose_weekly"]})
    both = {"indication": ["low_dose_weekly", "high_dose_oncology"]}
    assert low_dose.severity == "moderate"
    assert pair("methotrexate", "ibuprofen", patient=both).severity == "contraindicated"


def test_a_liver_disease_blocks_the_row_that_excludes_it(pair: GetPair) -> None:
    stated = {"egfr": 90, "hepatic_impairment": True}
    assert pair("metformin", "iodinated-contrast", patient=stated).severity == "major"
    stated["hepatic_impairment"] = False
    assert pair("metformin", "iodinated-contrast", patient=stated).severity == "minor"


def test_a_route_or_dose_of_the_other_drug_does_not_count(pair: GetPair) -> None:
    assert (
        pair("midazolam", "clarithromycin", **second(route="intravenous")).severity
        == "contraindicated"
    )
    assert pair("atorvastatin", "clarithromycin", **second(mg_per_day=10)).severity == "major"
    assert pair("warfarin", "diclofenac", **first(route="oral")).severity == "major"


def test_the_shorter_of_two_separations_counts(pair: GetPair) -> None:
    given = {0: Medication(separated_hours=1), 1: Medication(separated_hours=6)}
    assert pair("levothyroxine", "calcium-carbonate", given=given).severity == "moderate"


def test_a_row_touches_only_the_mechanism_that_it_describes(
    knowledge: Knowledge, pair: GetPair
) -> None:
    """Separating two drugs in time helps absorption and nothing else."""
    before = pair("ciprofloxacin", "calcium-carbonate").derivation.findings
    after = pair(
        "ciprofloxacin", "calcium-carbonate", **second(separated_hours=6)
    ).derivation.findings
    for was, is_now in zip(before, after, strict=True):
        if was.family != "absorption":
            assert was.severity == is_now.severity


def test_without_a_row_of_the_pair_nothing_is_changed(knowledge: Knowledge) -> None:
    changed = apply_context(
        NOTHING, knowledge.tables.context[:1], {}, Patient(renal_impairment=True)
    )
    assert (changed.derivation, changed.applied, changed.questions) == (NOTHING, (), ())


# ---- creatinine clearance


@pytest.mark.parametrize("egfr", [5, 29, 60, 120])
def test_egfr_never_stands_in_for_creatinine_clearance(pair: GetPair, egfr: float) -> None:
    """Something is known of the kidney, so the stricter grade holds, is said and asked about."""
    found = pair("dabigatran", "verapamil", patient={"egfr": egfr})
    assert found.severity == "contraindicated"
    assert [(applied.row.id, applied.assumed) for applied in found.applied] == [("X004", True)]
    assert [question.row for question in found.questions] == ["X004"]
    assert Patient(egfr=egfr).clearance is None


def test_clearance_by_hand(pair: GetPair) -> None:
    """(140 - 80) x 60 kg / (72 x 1.5 mg/dL) = 33.3 mL/min; 0.85 of it for a woman: 28.3."""
    stated: dict[str, Any] = {"age_years": 80, "weight_kg": 60, "creatinine_umol_l": 132.6}
    man, woman = Patient(sex="male", **stated), Patient(sex="female", **stated)
    assert man.clearance == pytest.approx(33.333, abs=0.001)
    assert woman.clearance == pytest.approx(28.333, abs=0.001)
    assert pair("dabigatran", "verapamil", patient={"sex": "male", **stated}).severity == "moderate"
    found = pair("dabigatran", "verapamil", patient={"sex": "female", **stated})
    assert (found.severity, found.applied[0].assumed) == ("contraindicated", False)
    assert found.questions == ()


def test_a_measured_clearance_wins_over_the_formula() -> None:
    patient = Patient(crcl=90, age_years=80, weight_kg=60, creatinine_umol_l=132.6, sex="male")
    assert patient.clearance == 90


@pytest.mark.parametrize("left_out", ["age_years", "weight_kg", "creatinine_umol_l", "sex"])
def test_the_formula_wants_all_its_values(pair: GetPair, left_out: str) -> None:
    stated = {"age_years": 80, "weight_kg": 60, "creatinine_umol_l": 60, "sex": "male"}
    del stated[left_out]
    assert read_patient(stated).clearance is None
    found = pair("dabigatran", "verapamil", patient=stated)
    assert [question.row for question in found.questions] == ["X004"]
    known = left_out != "creatinine_umol_l"
    assert found.severity == ("contraindicated" if known else "moderate")


@pytest.mark.parametrize(("age", "computed"), [(17.9, False), (18, True), (120, True)])
def test_the_formula_is_for_adults(age: float, computed: bool) -> None:
    patient = Patient(age_years=age, weight_kg=60, creatinine_umol_l=80, sex="male")
    assert (patient.clearance is not None) == computed


def test_a_kidney_value_alone_does_not_decide_renal_impairment(pair: GetPair) -> None:
    """The table names no threshold: with a number and no statement the stricter grade is taken."""
    found = pair("colchicine", "clarithromycin", patient={"egfr": 25})
    assert found.severity == "contraindicated"
    assert found.applied[0].assumed
    assert "X001" in [question.row for question in found.questions]
    stated = pair("colchicine", "clarithromycin", patient={"egfr": 75, "renal_impairment": False})
    assert (stated.severity, stated.applied) == ("major", ())


SMALL = {"age_years": 90, "weight_kg": 40, "sex": "female"}  # at 400 µmol/L about 5 mL/min


@pytest.mark.parametrize(
    ("a", "b", "stated"),
    [
        ("colchicine", "clarithromycin", {"renal_impairment": False, "egfr": 10}),
        ("colchicine", "clarithromycin", {"renal_impairment": False, "crcl": 59}),
        ("colchicine", "clarithromycin", {"renal_impairment": False, "creatinine_umol_l": 800}),
        ("dabigatran", "verapamil", {"crcl": 90, **SMALL, "creatinine_umol_l": 400}),
        ("dabigatran", "verapamil", {"crcl": 90, "egfr": 10}),
        ("dabigatran", "verapamil", {"crcl": 90, "renal_impairment": True}),
        ("ceftriaxone", "calcium-gluconate", {"age_days": 20_000, "age_years": 0}),
        ("ceftriaxone", "calcium-gluconate", {"age_days": 20, "age_years": 40}),
    ],
)
def test_two_facts_that_disagree_leave_the_stricter_grade_and_say_so(
    pair: GetPair, a: str, b: str, stated: dict[str, Any]
) -> None:
    found = pair(a, b, patient=stated)
    assert found.severity == "contraindicated"
    assert [applied.assumed for applied in found.applied] == [True]
    assert found.questions


@pytest.mark.parametrize(
    "other", [{"creatinine_umol_l": 800}, {"crcl": 15}, {"renal_impairment": True}]
)
def test_a_lower_grade_needs_facts_that_agree(pair: GetPair, other: dict[str, Any]) -> None:
    found = pair("metformin", "iodinated-contrast", patient={"egfr": 90, **other})
    assert (found.severity, found.applied) == ("major", ())
    assert "X007" in [question.row for question in found.questions]


@pytest.mark.parametrize(
    ("a", "b", "stated", "grade"),
    [
        ("metformin", "iodinated-contrast", {"egfr": 90, "creatinine_umol_l": 80}, "minor"),
        ("metformin", "iodinated-contrast", {"egfr": 70, "crcl": 45}, "minor"),
        ("metformin", "iodinated-contrast", {"egfr": 70, "renal_impairment": True}, "minor"),
        ("dabigatran", "verapamil", {**SMALL, "creatinine_umol_l": 60, "egfr": 75}, "moderate"),
        ("ceftriaxone", "calcium-gluconate", {"age_days": 200, "age_years": 0}, "major"),
    ],
)
def test_facts_that_differ_as_facts_do_still_decide(
    pair: GetPair, a: str, b: str, stated: dict[str, Any], grade: str
) -> None:
    found = pair(a, b, patient=stated)
    assert found.severity == grade
    assert not any(applied.assumed for applied in found.applied)


def test_no_clearance_is_made_from_two_ages(pair: GetPair) -> None:
    patient = Patient(
        age_years=30, age_days=33_000, weight_kg=60, creatinine_umol_l=130, sex="male"
    )
    assert patient.clearance is None
    assert not_held(patient) == ("age",)


def test_age_in_years_is_read_in_days(pair: GetPair) -> None:
    assert (
        pair("ceftriaxone", "calcium-gluconate", patient={"age_years": 0.05}).severity
        == "contraindicated"
    )
    assert pair("ceftriaxone", "calcium-gluconate", patient={"age_years": 1}).severity == "major"
    newborn = pair("ceftriaxone", "calcium-gluconate", patient={"age_years": 0})
    assert (newborn.severity, newborn.applied[0].assumed) == ("contraindicated", True)


# ---- what is stated


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("age_years", 0, 120),
        ("age_days", 0, 44_000),
        ("weight_kg", 0.3, 400),
        ("creatinine_umol_l", 5, 3000),
        ("egfr", 0, 250),
        ("crcl", 0, 300),
        ("potassium", 1, 10),
    ],
)
def test_a_value_outside_its_range_is_refused(key: str, low: float, high: float) -> None:
    assert getattr(read_patient({key: low}), key) == low
    assert getattr(read_patient({key: str(high)}), key) == high
    for value in (low - 0.01, high + 0.01, -1, "1e9", "inf", "nan", float("nan")):
        with pytest.raises(BadInput) as caught:
            read_patient({key: value})
        assert caught.value.values["name"] == key


@pytest.mark.parametrize("key", ["egfr", "pregnant", "sex"])
@pytest.mark.parametrize("value", ["seventy", [], {}, [70], {"value": 70}, "4o", "<b>", "😀"])
def test_a_value_of_another_kind_is_refused(key: str, value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        read_patient({key: value})
    assert caught.value.key.startswith("error.context.")


@pytest.mark.parametrize("key", ["egfr", "age_years", "sex"])
def test_true_is_no_number_and_no_sex(key: str) -> None:
    with pytest.raises(BadInput):
        read_patient({key: True})


@pytest.mark.parametrize(
    "key", ["eGFR", "creatinine", "agee", "", "__class__", "clearance", "days_old"]
)
def test_an_unknown_key_is_refused_by_name(key: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_patient({key: 1})
    assert (caught.value.key, caught.value.values) == ("error.context.key", {"name": key})


def test_a_number_too_long_for_a_computer_is_refused() -> None:
    with pytest.raises(BadInput):
        read_patient({"egfr": 10**400})


@pytest.mark.parametrize(
    ("row", "key", "word"),
    [
        ("X019", "history", "bleeding somewhere"),
        ("X020", "monitoring", "weekly"),
        ("X029", "dose_reduced", "by half"),
        ("X032", "smoking", "stoped"),
    ],
)
def test_a_word_that_no_row_knows_is_not_read_as_no(
    pair: GetPair, row: str, key: str, word: str
) -> None:
    """It must not silently count as "no": refused with the words that are accepted."""
    (case,) = [case for case in CASES if case.row == row]
    with pytest.raises(BadInput) as refused:
        pair(case.a, case.b, patient={key: word})
    assert (refused.value.key, refused.value.values["name"]) == ("error.context.word", key)
    assert refused.value.values["value"] == word
    assert case.met["patient"][key] in str(refused.value.values["accepted"])


@pytest.mark.parametrize(
    ("key", "written", "read"),
    [
        ("history", "GI bleed", ("gi_bleed",)),
        ("history", "GI-Bleed", ("gi_bleed",)),
        ("history", "消化道出血", ("gi_bleed",)),
        ("history", "no", ("none",)),
        ("history", "previous GI bleed", ("gi_bleed",)),
        ("history", "消化道出血史", ("gi_bleed",)),
        ("history", "none, gi_bleed", ("none", "gi_bleed")),
        ("history", ["gi_bleed"], ("gi_bleed",)),
        ("indication", "bridging；recent stent", ("bridging", "recent_stent")),
        ("smoking", "Stopped", "stopped"),
        ("dose_reduced", "to 25-33 percent", "to_25_33_percent"),
        ("indication", "Recent stent", ("recent_stent",)),
        ("indication", ["計劃性橋接"], ("bridging",)),
    ],
)
def test_another_spelling_of_a_word_is_read(key: str, written: Any, read: Any) -> None:
    assert getattr(read_patient({key: written}), key) == read


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("history", "no GI bleed"),
        ("history", "no_gi_bleed"),
        ("history", "否认消化道出血"),
        ("indication", "recent stent in 2010"),  # would lower a grade
        ("indication", "low dose once a week until May"),
    ],
)
def test_a_denied_or_lowering_word_is_not_guessed(key: str, said: str) -> None:
    with pytest.raises(BadInput):
        read_patient({key: said})


def test_an_empty_history_is_not_stated(pair: GetPair) -> None:
    found = pair("warfarin", "diclofenac", patient={"history": []})
    assert "X019" in [question.row for question in found.questions]


@pytest.mark.parametrize("key", WORDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_read_as_the_page_says_it(key: str, language: Any) -> None:
    for word in WORDS[key]:
        said = getattr(read_patient({key: translator(language)(f"pharmacy.value.{word}")}), key)
        assert said in (word, (word,))


def test_every_word_of_the_table_is_known(knowledge: Knowledge) -> None:
    tried = 0
    for row in knowledge.tables.context:
        if row.condition in WORDS:
            tried += 1
            assert row.value in WORDS[row.condition], row.id
        if row.condition in ("route_a", "route_b"):
            assert row.value in ROUTES, row.id
    assert tried >= 9


@pytest.mark.parametrize("value", ["smokes", "no", 5, ["stopped"], {"stopped": True}])
def test_a_word_that_could_mean_two_things_is_refused(value: Any) -> None:
    """ "No smoking" may be "never" or "stopped": the two grade differently."""
    with pytest.raises(BadInput):
        read_patient({"smoking": value})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("IV", "intravenous"),
        ("po", "oral"),
        ("外用", "topical"),
        ("口服", "oral"),
        ("SC", "other"),
        ("吸入", "other"),
        ("", None),
    ],
)
def test_a_route_is_read(written: str, read: str | None) -> None:
    assert read_medication({"route": written}).route == read


@pytest.mark.parametrize("route", ["everywhere", 5, 0, [], "skin?"])
def test_an_unknown_route_is_refused(route: Any) -> None:
    with pytest.raises(BadInput) as refused:
        read_medication({"route": route})
    assert refused.value.values["name"] == "route"


@pytest.mark.parametrize("dose", [0, 0.0, "0", -1, "0.0"])
def test_a_dose_of_nothing_is_refused(dose: Any) -> None:
    with pytest.raises(BadInput) as refused:
        read_medication({"dose_mg": dose})
    assert refused.value.values["name"] == "dose_mg"


def test_a_dose_of_nothing_lowers_no_grade(pair: GetPair) -> None:
    """From a page or an old draft: it is asked for, as if it had not been stated."""
    found = pair("atorvastatin", "clarithromycin", **first(mg_per_day=0))
    assert found.severity == "major"
    assert [question.row for question in found.questions] == ["X012"]


def test_nothing_stated_is_nothing_known() -> None:
    assert read_patient({}) == read_patient({"egfr": None, "sex": "", "drugs": ["x"]}) == Patient()


@pytest.mark.parametrize(
    ("written", "read"), [("m", "male"), ("Male", "male"), ("女", "female"), ("F", "female")]
)
def test_sex_is_read_as_it_is_written(written: str, read: str) -> None:
    assert read_patient({"sex": written}).sex == read


@pytest.mark.parametrize(
    ("written", "read"), [("yes", True), ("No", False), (True, True), ("false", False)]
)
def test_yes_and_no_are_read(written: Any, read: bool) -> None:
    assert read_patient({"pregnant": written}).pregnant is read


def test_one_indication_or_several() -> None:
    assert read_patient({"indication": "bridging"}).indication == ("bridging",)
    several = read_patient({"indication": ["bridging", "recent_stent"]})
    assert several.indication == ("bridging", "recent_stent")


@pytest.mark.parametrize("value", [-0.1, 100.1, "x", None, True])
def test_a_number_is_within_its_range(value: Any) -> None:
    assert number("dose_mg", "50", 0, 100) == 50
    with pytest.raises(BadInput):
        number("dose_mg", value, 0, 100)


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        (Patient(pregnant=True), ("pregnant",)),
        (Patient(breast_feeding=True), ("breast_feeding",)),
        (Patient(pregnant=False, age_years=40), ()),
        (Patient(age_years=64.9), ()),
        (Patient(age_years=65), ("age",)),
        (Patient(age_years=17), ("age",)),
        (Patient(age_days=10), ("age",)),
        (Patient(age_days=14_600), ()),
        (
            Patient(pregnant=True, breast_feeding=True, age_years=5),
            ("pregnant", "breast_feeding", "age"),
        ),
    ],
)
def test_what_no_table_holds_is_said(patient: Patient, said: tuple[str, ...]) -> None:
    assert not_held(patient) == said


def test_pregnancy_changes_no_grade(pair: GetPair) -> None:
    for stated in ({"pregnant": True}, {"breast_feeding": True}, {"age_years": 90}):
        assert pair("atorvastatin", "clarithromycin", patient=stated).severity == "major"


def test_every_condition_of_the_table_can_be_answered(knowledge: Knowledge) -> None:
    for row in knowledge.tables.context:
        sides = {min(row.first): Medication(), min(row.second): Medication()}
        assert holds(row, sides, Patient()) == "unknown", row.id
