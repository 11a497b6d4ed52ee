"""The command line: one list, many lists, the tables; every line is answered, in order."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import cli
from core.i18n import LANGUAGES
from core.settings import ROOT

KEYS = {"state", "severity", "complete", "pairs", "unresolved"}
Run = Callable[..., tuple[int, str, str]]
JsonLines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        code = cli.main(["pharmacy", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def lines(run: Run) -> JsonLines:
    """Answers of `--jsonl` to requests; a request may be text that is no JSON."""

    def ask(*requests: Any) -> list[dict[str, Any]]:
        typed = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in requests)
        code, out, err = run("check", "--jsonl", "--lang", "en", typed=typed)
        assert (code, err) == (0, "")
        answers: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
        for answer in answers:
            assert answer.keys() >= KEYS
        return answers

    return ask


def as_json(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, err = run("check", *arguments, "--json", "--lang", "en")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


# ---- one list


def test_the_main_example_in_json(run: Run) -> None:
    found = as_json(run, "阿托伐他汀", "克拉霉素")
    assert (found["state"], found["severity"], found["complete"]) == ("interaction", "major", True)
    (pair,) = found["pairs"]
    assert pair["rule"] == "P0001"
    offered = {a["id"]: a["replaces"] for a in pair["alternatives"] if a["offered"]}
    assert offered["azithromycin"] == "clarithromycin"
    assert found["unresolved"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_example_in_words(run: Run, language: str) -> None:
    code, out, _ = run("check", "阿托伐他汀", "克拉霉素", "--lang", language)
    assert code == 0
    assert "P0001" in out
    assert "CYP3A4" in out
    assert "USPI" in out


def test_a_heading_and_allergies_are_said_and_not_checked(run: Run) -> None:
    found = as_json(run, "患者张某", "过敏史：阿司匹林、布洛芬", "华法林")
    assert found["pairs"] == []
    assert [(u["name"], u["code"]) for u in found["unresolved"]] == [
        ("患者张某", "not_a_medicine"),
        ("阿司匹林", "allergy"),
        ("布洛芬", "allergy"),
    ]


def test_an_unresolved_name_is_said_first(run: Run) -> None:
    code, out, _ = run("check", "不知名新药", "阿托伐他汀", "克拉霉素", "--lang", "en")
    assert code == 0
    assert out.splitlines()[0].startswith("! 不知名新药: ")


def test_one_name_alone_is_told_that_two_are_needed(run: Run) -> None:
    code, out, _ = run("check", "阿托伐他汀", "--lang", "en")
    assert code == 0
    assert out.strip()


def test_no_name_at_all_is_told_too(run: Run) -> None:
    code, out, _ = run("check", "--lang", "en")
    assert code == 0
    assert out.strip()


def test_the_context_is_given_by_options(run: Run) -> None:
    found = as_json(run, "达比加群", "维拉帕米", "--crcl", "25")
    assert found["severity"] == "contraindicated"
    found = as_json(run, "二甲双胍", "碘造影剂", "--egfr", "90", "--hepatic-impairment", "no")
    assert found["pairs"][0]["severity"] == "minor"
    formula = [
        "--age-years",
        "80",
        "--weight-kg",
        "60",
        "--creatinine-umol-l",
        "132.6",
        "--sex",
        "female",
    ]
    assert as_json(run, "达比加群", "维拉帕米", *formula)["severity"] == "contraindicated"


@pytest.mark.parametrize(
    "options",
    [
        ("--egfr", "seventy"),
        ("--egfr", "-5"),
        ("--crcl", "nan"),
        ("--sex", "x"),
        ("--pregnant", "perhaps"),
    ],
)
def test_a_bad_value_is_a_wrong_call_with_a_sentence(run: Run, options: tuple[str, str]) -> None:
    code, out, err = run("check", "达比加群", "维拉帕米", *options, "--lang", "en")
    assert (code, out) == (2, "")
    assert options[1] in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["pharmacy"],
        ["pharmacy", "chekc"],
        ["pharmacy", "check", "--no-such"],
        ["pharmacy", "check", "--lang", "de"],
    ],
)
def test_a_call_that_is_not_understood_ends_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_more_drugs_than_the_limit_are_refused(run: Run) -> None:
    code, _, err = run("check", *["阿托伐他汀"] * 251, "--lang", "en")
    assert code == 2
    assert "251" in err


# ---- many lists


def test_answers_come_in_order_one_per_line(lines: JsonLines) -> None:
    answers = lines(
        {"drugs": ["阿托伐他汀", "克拉霉素"]},
        {"drugs": ["阿奇霉素", "普伐他汀"]},
        {"drugs": ["不知名新药", "阿托伐他汀"]},
        {"drugs": []},
    )
    assert [(a["state"], a["severity"], a["complete"]) for a in answers] == [
        ("interaction", "major", True),
        ("no_record", None, True),
        ("not_checked", None, False),
        ("not_checked", None, False),
    ]
    assert answers[3]["note"]


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "{",
        "[]",
        "5",
        "null",
        '"x"',
        "{}",
        '{"drugs": "阿托伐他汀"}',
        '{"drugs": {"a": 1}}',
        '{"drugs": [5]}',
        '{"drugs": [null]}',
        '{"drugs": [["a"]]}',
        '{"drugs": [{}]}',
        '{"drugs": [{"name": 5}]}',
        '{"drugs": ["a"], "context": [1]}',
        '{"drugs": ["a"], "context": "x"}',
        '{"drugs": ["a"], "context": {"eGFR": 5}}',
        '{"drugs": ["a"], "context": {"egfr": "x"}}',
        '{"drugs": ["a"], "context": {"egfr": 1e400}}',
        '{"drugs": ["a"], "context": {"egfr": NaN}}',
        '{"drugs": ["a"], "context": {"egfr": ' + "9" * 400 + "}}",
        '{"drugs": ["a"], "context": {"drugs": "x"}}',
        '{"drugs": ["a"], "context": {"drugs": [{}, {}]}}',
        '{"drugs": [{"name": "a", "dose_mg": "much"}]}',
        '{"drugs": [{"name": "a", "dose_mg": -1}]}',
        '{"drugs": [{"name": "a", "separated_hours": 500}]}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_bad_line_is_answered_and_the_next_one_too(lines: JsonLines, bad: str) -> None:
    first, second = lines(bad, {"drugs": ["阿托伐他汀", "克拉霉素"]})
    assert (first["state"], first["severity"], first["complete"]) == ("not_checked", None, False)
    assert first["pairs"] == first["unresolved"] == []
    assert first["error"]
    assert second["severity"] == "major"


@pytest.mark.parametrize(
    "name", ["", "😀", "\\ud83d", "\\u0000", "=cmd|' /C calc'!A0", "x" * 100_000]
)
def test_an_odd_name_is_unresolved_and_nothing_stops(lines: JsonLines, name: str) -> None:
    first, second = lines(
        f'{{"drugs": ["{name}", "阿托伐他汀"]}}', {"drugs": ["阿托伐他汀", "克拉霉素"]}
    )
    assert (first["state"], first["complete"]) == ("not_checked", False)
    assert second["severity"] == "major"


def test_bytes_that_are_no_utf_8_are_answered() -> None:
    good = json.dumps({"drugs": ["阿托伐他汀", "克拉霉素"]}).encode()
    command = [sys.executable, "-m", "core", "pharmacy", "check", "--jsonl", "--lang", "en"]
    done = subprocess.run(
        command, input=b'{"drugs": ["\xff\xfe"]}\n' + good + b"\n", cwd=ROOT, capture_output=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["severity"] for answer in answers] == [None, "major"]
    assert ["error" in answer for answer in answers] == [True, False]
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_an_empty_line_is_answered_too(lines: JsonLines) -> None:
    """Answer n belongs to line n, whatever stands there."""
    answers = lines("", {"drugs": []}, "   ", {"drugs": []})
    assert ["error" in answer for answer in answers] == [True, False, True, False]


def test_what_was_asked_for_is_shown_as_it_must_be_typed(lines: JsonLines) -> None:
    (answer,) = lines("{}")
    assert answer["error"] == 'Not a JSON object of the form {"drugs": ["…"], "context": {}}.'


def test_a_drug_may_be_an_object_with_dose_and_route(lines: JsonLines) -> None:
    statin = {"name": "阿托伐他汀", "dose_mg": 20}
    answers = lines(
        {"drugs": [statin, "克拉霉素"]},
        {"drugs": [{"drug": "阿托伐他汀", "dose_mg": 40}, {"name": "克拉霉素"}]},
        {"drugs": ["华法林", {"name": "双氯芬酸", "route": "topical"}]},
        {"drugs": ["左甲状腺素", {"name": "碳酸钙", "separated_hours": 4}]},
    )
    assert [answer["severity"] for answer in answers] == ["moderate", "major", "minor", None]


@pytest.mark.parametrize(
    "details",
    [
        [{"dose_mg": 20}],
        [{"dose_mg": 20}, {}],
        [{"name": "阿托伐他汀", "dose_mg": 20}],
        [{}, {"name": "阿托伐他汀", "dose_mg": 20}],
        [{"name": "atorvastatin", "dose_mg": 20}],
        {"阿托伐他汀": {"dose_mg": 20}},
        {"atorvastatin": {"dose_mg": 20}},
    ],
)
def test_details_in_the_context_find_their_drug(lines: JsonLines, details: Any) -> None:
    (answer,) = lines({"drugs": ["阿托伐他汀", "克拉霉素"], "context": {"drugs": details}})
    assert answer["severity"] == "moderate"


@pytest.mark.parametrize(
    "details",
    [
        [{"name": "克拉霉素", "dose_mg": 10}],
        [{"name": "clarithromycin", "dose_mg": 10}],
        [{"name": "克拉霉素片", "dose_mg": 10}],
        [{"name": "华法林", "dose_mg": 10}],
        {"克拉霉素": {"dose_mg": 10}},
    ],
)
def test_the_dose_of_one_drug_is_never_taken_for_another(lines: JsonLines, details: Any) -> None:
    """10 mg would lower the grade if it were the dose of the statin."""
    (answer,) = lines({"drugs": ["阿托伐他汀", "克拉霉素"], "context": {"drugs": details}})
    assert answer["severity"] in ("major", None)
    if answer["severity"] is None:
        assert answer["error"]


def refusal(lines: JsonLines, *drugs: Any, details: Any = None) -> str:
    """The sentence with which a request is refused."""
    (answer,) = lines({"drugs": drugs, "context": {"drugs": details}})
    assert (answer["state"], answer["complete"], answer["pairs"]) == ("not_checked", False, [])
    said: str = answer["error"]
    return said


def test_a_detail_that_fits_no_drug_is_refused_by_name(lines: JsonLines) -> None:
    two = ("阿托伐他汀", "克拉霉素")
    assert "华法林" in refusal(lines, *two, details=[{"name": "华法林", "dose_mg": 10}])
    assert "warfarin" in refusal(lines, *two, details={"warfarin": {"dose_mg": 10}})
    twice = ("阿托伐他汀", "阿托伐他汀", "克拉霉素")
    assert "立普妥" in refusal(lines, *twice, details={"立普妥": {"dose_mg": 10}})


def test_a_detail_of_a_name_that_holds_several_drugs_is_refused(lines: JsonLines) -> None:
    for name in ("辛伐他汀和氨氯地平", "缬沙坦氨氯地平片"):
        assert name in refusal(lines, {"name": name, "dose_mg": 10}, "华法林")
    assert "several" in refusal(lines, "辛伐他汀和氨氯地平", details=[{"dose_mg": 10}])


def test_an_unknown_field_of_a_drug_is_refused_by_name(lines: JsonLines) -> None:
    assert "dose_mgs" in refusal(lines, {"name": "阿托伐他汀", "dose_mgs": 10}, "克拉霉素")
    details = {"阿托伐他汀": {"daily": 10}}
    assert "daily" in refusal(lines, "阿托伐他汀", "克拉霉素", details=details)


@pytest.mark.parametrize("dose", [0, -1, "0", 1e9, True, "10 mg"])
def test_a_dose_out_of_range_is_refused(lines: JsonLines, dose: Any) -> None:
    said = refusal(lines, {"name": "阿托伐他汀", "dose_mg": dose}, "克拉霉素")
    assert said.startswith("dose_mg")


def test_an_unknown_word_is_refused_with_the_known_ones(lines: JsonLines) -> None:
    said = refusal(lines, {"name": "阿托伐他汀", "route": "somewhere"}, "克拉霉素")
    assert "somewhere" in said
    assert "intravenous" in said
    (answer,) = lines({"drugs": ["华法林", "双氯芬酸"], "context": {"sex": "x"}})
    assert "female" in answer["error"]


def test_what_no_row_knows_is_named_and_still_asked_for(lines: JsonLines) -> None:
    """A history is more than the one entry that a row asks for; it is no "no" either."""
    plain, other, both = lines(
        {"drugs": ["华法林", "双氯芬酸"]},
        {"drugs": ["华法林", "双氯芬酸"], "context": {"history": "bleed?"}},
        {"drugs": ["华法林", "双氯芬酸"], "context": {"indication": ["AF", "recent stent"]}},
    )
    assert [q["row"] for q in other["pairs"][0]["questions"]] == ["X018", "X019"]
    assert other["pairs"] == plain["pairs"]
    assert plain["not_held"] == []
    assert ["history: bleed?" in said for said in other["not_held"]] == [True]
    assert ["AF" in said for said in both["not_held"]] == [True]


def test_details_of_list_and_context_are_joined_field_by_field(lines: JsonLines) -> None:
    drugs = [{"name": "阿托伐他汀", "dose_mg": 20}, "克拉霉素"]
    answers = lines(
        {"drugs": drugs, "context": {"drugs": [{"route": "oral"}]}},
        {"drugs": drugs, "context": {"drugs": [{"dose_mg": 40}]}},
        {"drugs": drugs, "context": {"drugs": [{"dose_mg": None}, None]}},
    )
    assert [answer["severity"] for answer in answers] == ["moderate", "major", "moderate"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{"drugs": ["华法林"], "renal_impairment": true}', "renal_impairment"),
        ('{"drugs": ["华法林"], "Context": {}}', "Context"),
        ('{"drugs": ["华法林"], "patient": {}}', "patient"),
        ('{"drugs": ["华法林"], "drugs": ["阿司匹林"]}', "drugs"),
        ('{"drugs": ["a"], "context": {"egfr": 10, "egfr": 90}}', "egfr"),
        ('{"drugs": [{"name": "a", "dose_mg": 40, "dose_mg": 10}]}', "dose_mg"),
    ],
)
def test_a_key_unknown_or_twice_is_refused_by_name(lines: JsonLines, line: str, named: str) -> None:
    (answer,) = lines(line)
    assert (answer["state"], answer["complete"], answer["pairs"]) == ("not_checked", False, [])
    assert named in answer["error"] and answer["error"].endswith("Nothing was checked.")


def test_two_details_for_one_drug_are_refused(lines: JsonLines) -> None:
    two = ("阿托伐他汀", "克拉霉素")
    twice = [{"name": "阿托伐他汀", "dose_mg": 40}, {"name": "atorvastatin", "dose_mg": 20}]
    assert "阿托伐他汀" in refusal(lines, *two, details=twice)
    assert "立普妥" in refusal(lines, {"name": "立普妥", "drug": "华法林"}, "克拉霉素")
    other = {"阿托伐他汀": {"name": "克拉霉素", "dose_mg": 10}}
    assert "阿托伐他汀" in refusal(lines, *two, details=other)
    same = [{"name": "阿托伐他汀", "dose_mg": 20}, {"name": "atorvastatin", "dose_mg": 20}]
    (answer,) = lines({"drugs": two, "context": {"drugs": same}})
    assert answer["severity"] == "moderate"


def test_of_two_doses_of_one_drug_the_higher_counts(lines: JsonLines) -> None:
    forty = {"name": "阿托伐他汀", "dose_mg": 40}
    answers = lines(
        {"drugs": [{"name": "辛伐他汀 40mg qn", "dose_mg": 20}, "胺碘酮"]},
        {"drugs": [{"name": "辛伐他汀 20mg qn", "dose_mg": 20}, "胺碘酮"]},
        {"drugs": [forty, "克拉霉素"], "context": {"drugs": [{"dose_mg": 20}]}},
        {"drugs": ["华法林", {"name": "双氯芬酸 口服", "route": "topical"}]},
        {"drugs": [{"name": "咪达唑仑注射液", "route": "intravenous"}, "克拉霉素"]},
    )
    grades = [answer["severity"] for answer in answers]
    assert grades == ["major", "moderate", "major", "major", "major"]


def test_a_history_is_read_from_lists_and_longer_words(lines: JsonLines) -> None:
    pair = ["华法林", "双氯芬酸"]
    said = [["gi_bleed"], "none, gi_bleed", "previous GI bleed", "ulcer、消化道出血史"]
    answers = lines(*({"drugs": pair, "context": {"history": one}} for one in said))
    assert [answer["severity"] for answer in answers] == ["contraindicated"] * 4
    denied, mixed = lines(
        {"drugs": pair, "context": {"history": "denies GI bleed"}},
        {"drugs": pair, "context": {"history": "none, tarry stools"}},
    )
    for answer in (denied, mixed):
        assert answer["severity"] == "major"
        assert "X019" in [q["row"] for q in answer["pairs"][0]["questions"]]
        assert answer["not_held"]


def test_a_name_too_long_to_read_is_unresolved_as_a_whole(lines: JsonLines) -> None:
    """Cut off and read, it would lose its last drug unseen."""
    (answer,) = lines({"drugs": ["华法林 " * 200 + "阿司匹林", "布洛芬"]})
    assert answer["pairs"] == []
    assert [item["code"] for item in answer["unresolved"]] == ["unknown_name"]


def test_a_removed_grade_is_told(lines: JsonLines) -> None:
    apart = {"name": "碳酸钙", "separated_hours": 6}
    (answer,) = lines({"drugs": ["左甲状腺素", apart]})
    (pair,) = answer["pairs"]
    assert (answer["state"], pair["state"], pair["severity"]) == ("no_record", "no_record", None)
    assert pair["reason"].startswith("There is a row")


def test_two_drugs_in_one_name_are_checked_against_each_other(lines: JsonLines) -> None:
    for name in ("华法林和阿司匹林", "warfarin, aspirin", "warfarin + aspirin", "华法林 阿司匹林"):
        (answer,) = lines({"drugs": [name]})
        assert answer["severity"] == "major", name


def test_context_reaches_the_grade(lines: JsonLines) -> None:
    pair = ["达比加群", "维拉帕米"]
    answers = lines(
        {"drugs": pair},
        {"drugs": pair, "context": {}},
        {"drugs": pair, "context": None},
        {"drugs": pair, "context": {"crcl": 20}},
        {"drugs": pair, "context": {"crcl": 90}},
        {"drugs": pair, "context": {"egfr": 90}},
        {"drugs": pair, "context": {"pregnant": True}},
    )
    grades = [answer["severity"] for answer in answers]
    assert grades == ["moderate"] * 3 + [
        "contraindicated",
        "moderate",
        "contraindicated",
        "moderate",
    ]
    assert answers[5]["pairs"][0]["context"][0]["assumed"] is True
    assert answers[6]["not_held"]


def test_two_hundred_drugs_in_one_line(lines: JsonLines) -> None:
    (answer,) = lines({"drugs": ["阿托伐他汀", "克拉霉素", "华法林", "布洛芬"] * 50})
    assert answer["severity"] == "major"
    assert len(answer["drugs"]) == 200


# ---- tables


def test_facts_prints_counts_marks_and_version(run: Run) -> None:
    code, out, _ = run("facts", "--lang", "en")
    assert code == 0
    assert "2026" in out.splitlines()[0]
    for line in (
        "drugs                  720",
        "pairs                  673",
        "context                 32",
    ):
        assert line in out
    assert "recall" in out
    assert "source_copy" in out


def test_facts_names_a_bad_table_and_ends_with_one(tmp_path: Path) -> None:
    assets = Path(shutil.copytree(ROOT / "assets", tmp_path / "assets"))
    with (assets / "pharmacy" / "food.csv").open("a", encoding="utf-8") as table:
        table.write("no-such-drug,alcohol,major,x,x,x,high,recall\n")
    script = (
        f"import os, sys; os.environ['AUSCULT_ASSETS'] = {str(assets)!r}; "
        "from core.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "pharmacy", "facts", "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "food.csv" in done.stdout
    assert "88" in done.stdout
    assert "drug_id" in done.stdout


def test_without_drug_names_nothing_is_checked_and_it_is_said(tmp_path: Path) -> None:
    assets = Path(shutil.copytree(ROOT / "assets", tmp_path / "assets"))
    with (assets / "terms" / "drug_names.csv").open("a", encoding="utf-8") as table:
        table.write("x,warfarin,de,generic,yes\n")
    for arguments, code in ((["facts"], 1), (["check", "warfarin", "aspirin", "--json"], 2)):
        script = (
            f"import os, sys; os.environ['AUSCULT_ASSETS'] = {str(assets)!r}; "
            "from core.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", script, "pharmacy", *arguments, "--lang", "en"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert "drug_names.csv" in done.stdout + done.stderr
        if arguments == ["facts"]:
            assert done.stdout.splitlines()[-1] == "Problems: 1"


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "core", "pharmacy", "check", "atorvastatin", "clarithromycin"]
    done = subprocess.run(
        [*command, "--lang", "en"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert "P0001" in done.stdout
