"""The blocks of Home: scenarios, demo cases, model, knowledge tables, privacy, source."""

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from core import VERSION
from core.i18n import Translator
from core.model.spec import gib
from core.model.starting import Status
from core.pharmacy.knowledge import knowledge
from core.safety import egress
from core.settings import LOOPBACK, current
from core.ui import badges, demo, staff
from core.ui.markup import draw, fill
from core.ui.problems import problems
from core.ui.shared_model import desk, starter

LATER = ("intake", "literature", "imaging")


def scenarios(t: Translator) -> None:
    """What can be opened now, and what this version does not have, said plainly."""
    with st.container(key="scenarios"):
        columns = st.columns(1 + len(LATER))
    with columns[0], st.container(border=True, key="card-open-pharmacy", height="stretch"):
        draw(_scenario(t, "pharmacy", t("home.ready")))
        st.page_link("pages/pharmacy.py", label=t("home.open"), icon=":material/arrow_forward:")
    for column, name in zip(columns[1:], LATER, strict=True):
        with column, st.container(border=True, key=f"card-later-{name}", height="stretch"):
            draw(_scenario(t, name, t("home.later")))


def _scenario(t: Translator, name: str, state: str) -> str:
    return fill(
        '<div class="scenario"><h2>$title</h2><p>$text</p><p class="small">$state</p></div>',
        title=t(f"home.scenario.{name}"),
        text=t(f"home.scenario.{name}.text"),
        state=state,
    )


def demos(t: Translator) -> None:
    """Made-up cases, one press each; pressing again starts a case anew."""
    draw(
        fill(
            '<h2 class="section">$title</h2><p class="small">$text</p>',
            title=t("demo.title"),
            text=t("demo.text"),
        )
    )
    with st.container(key="samples"):
        columns = st.columns(max(len(demo.cases()), 3))
    for column, case in zip(columns, demo.cases().values(), strict=False):
        with column, st.container(border=True, key=f"demo-{case.id}", height="stretch"):
            draw(
                badges.sample(t),
                fill(
                    "<h3>$title</h3><p>$story</p>",
                    title=t.text(case.title),
                    story=t.text(case.story),
                ),
            )
            if st.button(t("demo.open"), key=f"open-{case.id}", icon=":material/play_arrow:"):
                demo.enter(case.id)
                st.switch_page(f"pages/{case.page}.py")


def model(t: Translator) -> None:
    """Which model answers, in which precision and why, or what was in its way."""
    now = starter().status
    draw(
        fill(
            '<h2 class="section">$title</h2>'
            '<p class="state"><span class="dot dot-$dot"></span><b>$state</b></p>',
            title=t("home.model"),
            dot="on" if now.state == "ready" else "off",
            state=model_state(t, now),
        ),
        *(fill('<p class="small">$line</p>', line=line) for line in model_lines(t, now)),
        fill('<p class="small">$line</p>', line=busy(t)) if now.state == "ready" else "",
    )
    if staff.may("model", "see"):
        st.page_link("pages/model.py", label=t("home.model.open"), icon=":material/arrow_forward:")


def busy(t: Translator) -> str:
    """What the desk does now, and how fast answers were so far."""
    seen = desk().activity
    queue = t("model_page.queue.text", running=seen.running, waiting=seen.waiting)
    if seen.pace.speed is None:
        return queue
    speed = t("model_page.speed.text", speed=f"{seen.pace.speed:.1f}", n=seen.pace.answers)
    return f"{queue} · {speed}"


def model_state(t: Translator, now: Status) -> str:
    """How far it is, in one line."""
    if now.problem and now.state == "failed":
        return t("home.model.failed", problem=t(now.problem.key, **now.problem.values))
    if now.state == "loading" and not now.whole:
        return t("home.model.preparing", name=now.name)
    said = {"name": now.name, "done": now.done, "whole": now.whole}
    return t(f"home.model.{now.state}", **said)


def model_lines(t: Translator, now: Status) -> list[str]:
    """Precision, device and why; or the server; or how there could be a model."""
    if now.state == "ready" and now.problem:
        unchanged = t("home.model.unchanged", problem=t(now.problem.key, **now.problem.values))
        return [unchanged, *model_lines(t, replace(now, problem=None))]
    if now.state == "ready" and now.decision:
        chosen = now.decision
        return [
            t(
                "home.model.local",
                precision=chosen.precision,
                device=t(f"home.model.device.{chosen.device}"),
                why=t(f"home.model.why.{chosen.reason}"),
                needed=gib(chosen.estimate.total),
                free=gib(chosen.free),
                seconds=round(now.seconds),
            )
        ]
    if now.state == "ready":
        clear = [t("home.model.in_clear")] if now.in_clear else []
        return [t("home.model.remote", host=now.host), *clear]
    return [t("home.model.how")]


def knowledge_tables(t: Translator) -> None:
    """Version, rows and how many of them somebody has read at their source."""
    known = knowledge()
    draw(fill('<h2 class="section">$title</h2>', title=t("home.knowledge")))
    for problem in problems():
        st.error(t(problem.key, **problem.values), icon=":material/error:")
    rows = "".join(
        _table(t, name, n, known.tables.marks[name]) for name, n in known.tables.rows.items()
    )
    head = fill(
        "<tr><th>$table</th><th>$rows</th><th>$read</th><th>$recall</th></tr>",
        table=t("home.knowledge.table"),
        rows=t("home.knowledge.rows"),
        read=t("pharmacy.mark.source_copy"),
        recall=t("pharmacy.mark.recall"),
    )
    version = t("home.knowledge.version", version=known.version, digest=known.digest)
    draw(
        fill('<p class="small">$version</p>', version=version),
        f'<table class="plain numbers">{head}{rows}</table>',
        fill('<p class="small">$text</p>', text=t("home.knowledge.unread")),
    )


def _table(t: Translator, name: str, rows: int, marks: dict[str, int]) -> str:
    return fill(
        '<tr><th scope="row">$name</th><td>$rows</td><td>$read</td><td>$recall</td></tr>',
        name=t(f"table.{name}"),
        rows=rows,
        read=marks.get("source_copy", "–"),
        recall=marks.get("recall", "–"),
    )


@dataclass(frozen=True, slots=True)
class Probe:
    """One line of the privacy self-test: what was looked at now, and whether it is as promised."""

    key: str
    holds: bool
    detail: str


def probes() -> tuple[Probe, ...]:
    """Looks at the running process; nothing here is a constant."""
    seen = egress.state()
    address = st.get_option("server.address") or "0.0.0.0"
    folder = current().data
    return (
        Probe("telemetry", not st.get_option("browser.gatherUsageStats"), ""),
        Probe("outbound", seen.armed and egress.self_test(), str(seen.refused)),
        _reached(address),
        Probe("hub", os.environ.get("HF_HUB_OFFLINE") == "1", ""),
        Probe("folder", _private(folder), str(folder)),
    )


def _reached(address: str) -> Probe:
    """Who can reach this process, and whether others could read along."""
    if ward := current().ward:
        return Probe("ward", current().tls, ", ".join(ward))
    return Probe("address", address in LOOPBACK, address)


def _private(folder: Path) -> bool:
    """Can only this user enter the data folder? On Windows it lies in the user's profile."""
    if os.name == "nt":
        return True
    try:
        return not stat.S_IMODE(folder.stat().st_mode) & 0o077
    except OSError:
        return False


def privacy(t: Translator) -> None:
    draw(fill('<h2 class="section">$title</h2>', title=t("privacy.title")))
    lines = "".join(_probe(t, probe) for probe in probes())
    draw(
        f'<ul class="probes">{lines}</ul>',
        fill('<p class="small">$text</p>', text=_who(t)),
        _exceptions(t),
    )


def _who(t: Translator) -> str:
    if not current().shared:
        return t("privacy.who")
    return t("privacy.who_shared", hosts=", ".join((*current().ward, *current().hosts)))


def _exceptions(t: Translator) -> str:
    """Each host that the guard lets this process reach, and what goes there."""
    return "".join(
        fill(
            '<p class="small">$text</p>', text=t(f"privacy.exception.{one.purpose}", host=one.host)
        )
        for one in egress.state().exceptions
    )


def _probe(t: Translator, probe: Probe) -> str:
    return fill(
        '<li class="$kind"><span aria-hidden="true">$symbol</span> <b>$word</b> $text</li>',
        kind="yes" if probe.holds else "no",
        symbol="✓" if probe.holds else "✕",
        word=t("privacy.holds" if probe.holds else "privacy.fails"),
        text=t(f"privacy.{probe.key}", detail=probe.detail),
    )


def source(t: Translator) -> None:
    """AGPL: who uses this over a network gets the code that runs, from this machine."""
    link = fill(
        '<a class="link" href="/source.zip" download>$text</a>',
        text=t("home.source.link", version=VERSION),
    )
    draw(
        fill(
            '<h2 class="section">$title</h2><p class="small">$text</p>',
            title=t("home.source"),
            text=t("home.source.text"),
        ),
        f"<p>{link}</p>",
    )
