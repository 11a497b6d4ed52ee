"""Doses as people write them. Too low a daily dose would lower a grade, so doubt gives `None`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.terms.dose import read_regimen, without_regimen
from core.terms.folding import fold


def mg(line: str) -> float | None:
    return read_regimen(fold(line)).mg_per_day


def route(line: str) -> str | None:
    return read_regimen(fold(line)).route


@pytest.mark.parametrize(
    ("line", "per_day"),
    [
        ("阿托伐他汀钙片 20mg qn", 20),
        ("20mg qd", 20),
        ("20 MG QD", 20),
        ("２０ｍｇ ｑｄ", 20),
        ("20毫克 每日1次", 20),
        ("20mg q.d.", 20),
        ("20mg bid", 40),
        ("20mg b.i.d.", 40),
        ("20mg tid", 60),
        ("20mg qid", 80),
        ("20mg q12h", 40),
        ("20mg q8h", 60),
        ("20mg 每8小时", 60),
        ("20mg every 6 hours", 80),
        ("20mg qod", 10),
        ("70mg qw", 10),
        ("70mg 每周1次", 10),
        ("0.5g bid", 1000),
        ("1,500mg bid", 3000),
        ("50μg qd", 0.05),
        ("50mcg qd", 0.05),
        ("50微克 每日一次", 0.05),
        ("20mg 每日两次", 40),
        ("20mg 一日三次", 60),
        ("20mg 每天2次", 40),
        ("20mg 早晚各一片", 40),
        ("20mg 睡前", 20),
        ("20mg 每晚", 20),
        ("20mg twice daily", 40),
        ("20mg three times a day", 60),
        ("20mg once daily", 20),
        ("20mg at bedtime", 20),
        ("20mg x 2片 qd", 40),
        ("20mg 每次2片 每日1次", 40),
        ("20mg 2片 qn", 40),
        ("20mg 2 tabs bid", 80),
        ("2.5mg 0.5片 qd", 1.25),
        ("20mg 每晚2片", 40),
        ("20mg 每次两片 每日1次", 40),
        ("20mg 2# qn", 40),
        ("20mg*2 qn", 40),
        ("20mg x2 qn", 40),
        ("2 x 20mg qn", 40),
        ("20mg 2 tablets daily", 40),
        ("20mg 3 times a day", 60),
        ("20mg thrice daily", 60),
        ("20mg 2x daily", 40),
        ("20mg twice weekly", 40 / 7),
        ("20mg 每周2次", 40 / 7),
        ("20mg qn及", 20),
        ("20mg qam qn", 40),
        ("20mg qn 睡前", 20),
        ("20mg bid 早晚", 40),
        ("20mg 早 晚各1片", 40),
        ("20mg 每天早晚各2片", 80),
        ("20mg tid 饭后 7天", 60),
        ("20mg tid x 5 days", 60),
        ("20mg/日", 20),
        ("20mg/次 3次/日", 60),
        ("3mgqd", 3),
        ("20mg 每2周一次", 20 / 14),
        ("20mg 每晚一次", 20),
        ("20mg*7片 1片 每晚", 20),
        ("20mg*7片/盒 每次2片 每日1次", 40),
        ("(20mg)20mg 睡前", 20),
        ("(20mg*7片)20mg qn", 20),
        ("规格:20mg 用法:20mg 口服 每晚一次", 20),
        ("用法:20mg 口服 每晚一次", 20),
        ("40mg tablet, take one at bedtime", 40),
        ("20mg tablet, take two by mouth daily", 40),
        ("25 mg tablet take 1 tablet by mouth twice daily", 50),
    ],
)
def test_a_daily_dose_is_read(line: str, per_day: float) -> None:
    assert mg(line) == pytest.approx(per_day)


@pytest.mark.parametrize(
    "line",
    [
        "20mg",
        "qd",
        "",
        "阿托伐他汀",
        "1片 qd",
        "10ml tid",
        "5mg/kg qd",
        "100iu qd",
        "0.9% qd",
        "20mg prn",
        "2片(20mg/片) qn",
        "20mg q0h",
        "20mg 每999小时",
        "睡前服2片",
        "每早1片每晚2片",
        "20mg 每早1片每晚2片",
        "10mg qam 40mg qpm",
        "早20mg晚40mg",
        "10mg-40mg qd",
        "10-40mg qd",
        "20mg 1/2 tab qd",
        "20mg ½片 qd",
        "20mg 半片 qd",
        "20mg 1-2 tabs qd",
        "20mg q6-8h",
        "20mg*7片 qn",
        "20mg*7片",
        "40mg/10mg qd",
        "20mg/片 qd",
        "(20mg)40mg qn",
        "(20mg) (20mg) qn",
        "20mg 20mg qn",
        "20mg*3片 2片 qn",
        "20mg*7片*1盒 1片 qn",
        "20mg tablet, take one to two at bedtime",
        "20mg tablet, take one and a half at bedtime",
        "20mg tablet, take one in the morning and two at night",
        "20mg qd increase to 80mg",
        "20mg bid 加量至 40mg qd",
        "20mg tid 睡前",
        "20mg qd bid",
        "20mg qd 早晚",
        "20mg qd 2次",
        "20mg 每周一三五",
        "20mg mon/wed/fri",
        "20mg 5 days a week",
        "20mg 每周5天",
        "20mg daily with meals",
        "20mg every 8-12 hours",
        "20mg 隔2日",
        "20mg 2 daily",
        "20mg two daily",
        "0mg qd",
        "99999999mg qd",
    ],
)
def test_what_is_not_said_is_not_guessed(line: str) -> None:
    assert mg(line) is None


@pytest.mark.parametrize(
    ("line", "at_least"),
    [
        ("20mg 2 tablets at night", 40),
        ("20mg two tablets daily", 40),
        ("20mg 两片 qn", 40),
        ("20mg 每次两片 每日1次", 40),
        ("20mg 每晚2片", 40),
        ("20mg 2片 睡前", 40),
        ("20mg*2 qn", 40),
        ("20mg x2 qn", 40),
        ("2 x 20mg qn", 40),
        ("20mg 3 times a day", 60),
        ("20mg two times daily", 40),
        ("20mg thrice daily", 60),
        ("20mg 2x daily", 40),
        ("20mg qam 40mg qn", 60),
        ("20 mg in the morning and 40 mg at night", 60),
        ("20mg qd increase to 80mg", 80),
        ("20mg 每天早晚各2片", 80),
        ("20mg 4次/日 qd", 80),
        ("20mg bid 加量至 40mg qd", 40),
    ],
)
def test_a_dose_is_never_read_too_low(line: str, at_least: float) -> None:
    """`None` is right too: an unknown dose keeps the stricter grade."""
    read = mg(line)
    assert read is None or read >= at_least


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("口服 20mg", "oral"),
        ("20mg po qd", "oral"),
        ("静脉滴注", "intravenous"),
        ("5mg iv", "intravenous"),
        ("静推", "intravenous"),
        ("外用 bid", "topical"),
        ("apply topically", "topical"),
        ("20mg qd", None),
        ("ivermectin", None),
        ("povidone", None),
    ],
)
def test_a_route_is_read(line: str, how: str | None) -> None:
    assert route(line) == how


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("阿托伐他汀 20mg qn", "阿托伐他汀"),
        ("metformin 0.5 g bid po", "metformin"),
        ("阿司匹林100mg qd 饭后", "阿司匹林"),
        ("warfarin 3 mg daily", "warfarin"),
        ("胰岛素 10单位 睡前", "胰岛素"),
        ("vitamin b12", "vitamin b12"),
        ("20mg", ""),
        ("Zyvox 600mg bid", "zyvox"),
        ("Xarelto 20mg qd", "xarelto"),
        ("头孢曲松注射液 2g ivgtt qd", "头孢曲松注射液"),
        ("布洛芬口服液 10ml tid", "布洛芬口服液"),
        ("lisinopril hct 20mg", "lisinopril hct"),
        ("tylenol pm 2 tabs", "tylenol pm"),
    ],
)
def test_what_is_left_is_the_name(line: str, name: str) -> None:
    assert without_regimen(fold(line)) == name


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_line_is_read_without_an_error(line: str) -> None:
    folded = fold(line)
    dose = read_regimen(folded).mg_per_day
    assert dose is None or dose >= 0
    assert len(without_regimen(folded)) <= len(folded)


@pytest.mark.parametrize(
    "line",
    ["9" * 20_000 + "mg qd", "1," * 10_000, "每" * 20_000, "x1" * 10_000, " " * 20_000 + "1"],
)
def test_a_long_line_is_read(line: str) -> None:
    read_regimen(fold(line))
    without_regimen(fold(line))
