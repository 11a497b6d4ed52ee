import csv
import time
from pathlib import Path

import pytest

from core.errors import BadTable
from core.safety.pieces import MANY_PIECES
from core.safety.red_flags import URGENCIES, load, scan
from core.settings import ASSETS

FOLDER = ASSETS / "safety"

with (Path(__file__).parent / "red_flag_corpus.csv").open(encoding="utf-8", newline="") as source:
    CORPUS = list(csv.DictReader(source))


def of(kind: str) -> list[dict[str, str]]:
    return [row for row in CORPUS if row["kind"] == kind]


def fired(text: str) -> set[str]:
    return {flag.id for flag in scan(text)}


def test_every_positive_sentence_calls_its_rule() -> None:
    missed = [
        (r["text"], r["expected_id"])
        for r in of("positive")
        if r["expected_id"] not in fired(r["text"])
    ]
    assert missed == []
    assert len(of("positive")) >= 120


def test_the_positive_sentences_cover_every_rule_and_language() -> None:
    rules = {rule.flag.id for rule in load(FOLDER).rules}
    # RF052 is a questionnaire score, which the form reports.
    assert rules - {row["expected_id"] for row in of("positive")} == {"RF052"}
    assert {row["lang"] for row in of("positive")} == {"zh", "zh-TW", "yue", "en"}


def test_false_alarms_on_negative_sentences_are_exactly_the_known_ones() -> None:
    negatives = of("negative")
    alarms = [row["text"] for row in negatives if scan(row["text"])]
    print(f"{len(alarms)} false alarms on {len(negatives)} negative sentences")
    assert alarms == [row["text"] for row in negatives if row["known_false_alarm"]]
    assert len(negatives) >= 80
    assert len(alarms) <= 9


@pytest.mark.parametrize("row", of("qualified"), ids=lambda row: row["text"])
def test_past_supposed_and_other_peoples_emergencies_fire_and_say_so(row: dict[str, str]) -> None:
    said = {flag.id: flag.assertion for flag in scan(row["text"])}
    assert said[row["expected_id"]] == row["assertion"]


def test_the_most_urgent_comes_first() -> None:
    flags = scan("便血一个月，胸痛还出汗，最近胸闷越来越频繁")
    order = [URGENCIES.index(flag.urgency) for flag in flags]
    assert order == sorted(order) and {"RF001", "RF002", "RF032"} <= {flag.id for flag in flags}
    assert flags[0].urgency == "emergency" and flags[-1].urgency == "same_day"


def test_a_flag_carries_its_action_source_mark_and_words() -> None:
    (flag,) = scan("昨晚嘴歪了")
    assert (flag.id, flag.urgency, flag.mark, flag.wording) == ("RF004", "emergency", "V", "table")
    assert flag.words == ("嘴歪",) and flag.assertion == "affirmed"
    assert (
        flag.action.en.startswith("Stroke pathway now")
        and flag.action.zh == "启动卒中流程；记录最后正常时间；禁食水"
    )
    assert "FAST" in flag.source


def test_all_parts_must_stand_in_the_text_in_any_order() -> None:
    assert "RF046" in fired("confused since noon. Later also a fever")
    assert "RF046" not in fired("a fever since noon")


def test_one_denied_mention_does_not_hide_an_affirmed_one() -> None:
    assert fired("昨天没有吐血，今天吐血了") == {"RF029"}
    assert fired("No black stools last week. Black tarry stools today.") == {"RF030"}


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("SpO2 91", True),
        ("SpO2 92", False),
        ("血氧饱和度为91%", True),
        ("SpO2 target 88-92%", False),
        ("RR 25", True),
        ("RR 24", False),
        ("RR 8", True),
        ("收缩压 90", True),
        ("BP 220/110", True),
        ("BP 128/78", False),
        ("HR 131", True),
        ("HR 130", False),
        ("HR 1.35", False),
        ("脉搏 40", True),
        ("体温 35.0", True),
        ("T 36.6", False),
    ],
)
def test_vital_signs_have_the_limits_of_the_table(text: str, alarm: bool) -> None:
    assert ("RF077" in fired(text)) is alarm


@pytest.mark.parametrize("words", ["吃了{n}片", "服下{n}粒", "一次吞了 {n} 颗", "took {n} tablets"])
def test_many_pieces_in_one_go_are_an_overdose(words: str) -> None:
    assert fired(words.format(n=MANY_PIECES)) == {"RF068"}
    assert fired(words.format(n=MANY_PIECES - 1)) == set()


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("paracetamol 10 g at once", True),
        ("paracetamol 1 g at once", False),
        ("ate 10 paracetamol", True),
        ("took 2 paracetamol", False),
        ("胰岛素打了100单位", True),
        ("胰岛素打了20单位", False),
        ("阿米替林10片一次吃下", True),
        ("阿米替林28片，一次服1片", False),
    ],
)
def test_amounts_that_no_dose_is(text: str, alarm: bool) -> None:
    assert bool(fired(text) & {"RF061", "RF068"}) is alarm


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("没有呼吸心跳", True),
        ("没有呼吸，没有心跳", True),
        ("呼吸心跳停止", True),
        ("没有呼吸困难", False),
        ("没有呼吸、消化系统疾病", False),
        ("无心脏骤停", False),
        ("stopped breathing", True),
        ("no breathing difficulty", False),
        ("no chest pain, pulse 72", False),
    ],
)
def test_no_breathing_is_no_denied_symptom(text: str, alarm: bool) -> None:
    assert ("RF077" in fired(text)) is alarm


def test_zero_width_full_width_and_traditional_spellings_still_fire() -> None:
    for text in ("喝\u200b了農藥", "ＷＡＮＴ　ＴＯ　ＤＩＥ", "百草枯喝咗", "嘔\u00ad血"):
        assert scan(text), text


@pytest.mark.parametrize(
    "text",
    [
        "患者六十岁，高血压糖尿病，长期口服二甲双胍，今日复诊，无胸痛，无气短，一般可。",
        "The patient takes metformin 500 mg and lisinopril. Chest clear and no pain noted. ",
        "没有胸痛",
        "no chest pain. ",
    ],
)
def test_twenty_thousand_characters_take_little_time(text: str) -> None:
    long = (text * 20_000)[:20_000]
    scan(text)  # the tables are read once
    best = min(_seconds(long) for _ in range(3))
    assert best < 0.25  # about 0.02 to 0.05 on two idle cores; room for a busy machine


def _seconds(text: str) -> float:
    start = time.perf_counter()
    scan(text)
    return time.perf_counter() - start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for table in FOLDER.glob("*.csv"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column"),
    [
        ("red_flags.csv", ",emergency,", ",soon,", 2, "urgency"),
        ("red_flags.csv", "RF002,", "RF001,", 3, "id"),
        ("red_flags.csv", "RF001,", ",", 2, "id"),
        ("lay_phrases.csv", "RF001,zh", "RF999,zh", 5, "red_flag_id"),
        ("lay_phrases.csv", ",project", ",nobody", 5, "mark"),
        ("english_forms.csv", "taken,took", "taken,", 2, "form"),
    ],
)
def test_a_bad_table_is_named_by_file_line_and_column(
    folder: Path, file: str, old: str, new: str, line: int, column: str
) -> None:
    table = folder / file
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        load(folder)
    assert caught.value.key == "error.table"
    assert (
        caught.value.values["file"],
        caught.value.values["line"],
        caught.value.values["column"],
    ) == (file, line, column)
