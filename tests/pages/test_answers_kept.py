"""What the model wrote: recorded with the person, raw text for the administrator's audit alone."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from answering import ORDER, SAID, Instant
from streamlit.testing.v1 import AppTest
from test_pharmacy_page import NAMES, paste, slugs
from wards import Ward

from core.i18n import LANGUAGES, Language, translator
from core.pharmacy.knowledge import Knowledge
from core.records import answers, audit, erase, people, verify
from core.records.problems import DatabaseAway
from core.records.store import Records
from core.settings import current
from core.ui import demo, follow, keeping, staff
from core.ui.gate import HELD
from core.ui.owner import drafts
from core.ui.pharmacy import worded
from core.ui.shared_model import desk

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
EN = translator("en")


@pytest.fixture(autouse=True)
def model() -> Iterator[Instant]:
    """A model that answers at once; another desk for each test."""
    desk.clear()
    engine = Instant()
    desk().open(engine)
    yield engine
    desk().close()
    desk.clear()


def explain(open_page: OpenPage, language: Language = "en") -> tuple[AppTest, str]:
    """A list of two on the page, its pair explained; the page and the job."""
    app = paste(open_page("pharmacy", language), "\n".join(NAMES[language]))
    return asked(app)


def asked(app: AppTest) -> tuple[AppTest, str]:
    slug = slugs(app)[0]
    app.button(key=f"explain-{slug}").click().run()
    assert not app.exception, app.exception
    return app, app.session_state[worded.JOBS][1][slug]


def words_on(app: AppTest) -> str:
    """Everything that a page shows, whatever draws it."""
    kinds = ("html", "markdown", "caption", "warning", "error", "info", "success")
    return "\n".join(
        str(getattr(piece.proto, "body", "")) for kind in kinds for piece in app.get(kind)
    )


def the_answer() -> answers.Answer:
    keeping.flush()
    (answer,) = answers.newest(keeping.records(), 9)
    return answer


def open_raw(app: AppTest, answer: answers.Answer | None) -> AppTest:
    if answer:
        app.selectbox(key="raw-answer").set_value(answer.entry)
    app.button(key="open-raw").click().run()
    assert not app.exception, app.exception
    return app


def test_an_answer_is_recorded_with_person_model_prompt_inputs_tables_and_times(
    open_page: OpenPage, ward: Ward, knowledge: Knowledge
) -> None:
    ward.enter("pharmacist")
    _, job = explain(open_page)
    answer, records = the_answer(), keeping.records()
    shown, raw = records.list(answer.group)
    person = ward.people["pharmacist"].id
    assert (answer.person, shown.person, answer.held) == (person, person, 2)
    (group,) = records.groups(kind="model_answer", owner=person)
    assert group.id == answer.group
    said = shown.content
    assert (said["job"], said["state"], said["problem"]) == (job, "finished", None)
    assert said["about"] == "atorvastatin+clarithromycin" and said["purpose"] == "interaction"
    assert said["answer"].startswith("Both raise the risk of bleeding.")
    assert HELD in said["answer"] and ORDER not in json.dumps(said)
    assert HELD in said["thought"] and "RAWORDER" not in json.dumps(said)
    assert said["thought_state"] == "complete" and said["tokens"] == 40
    assert set(said["seconds"]) == {"waited", "first", "total"}
    assert all(0 <= seconds < 30 for seconds in said["seconds"].values())
    assert raw.content == {"raw": SAID}
    origin = shown.provenance
    assert origin is not None and origin.person == person
    assert (origin.model, origin.revision, origin.precision) == ("tiny-medgemma", "rev-7", "nf4")
    assert origin.host == "" and origin.prompt_id.startswith("interaction ")
    assert origin.decoding == {"do_sample": False, "budget": 2000, "thinking": True}
    assert origin.knowledge == {"pharmacy": f"{knowledge.version} {knowledge.digest}"}
    assert re.fullmatch("[0-9a-f]{64}", origin.inputs["facts"])
    assert re.fullmatch("[0-9a-f]{64}", origin.prompt_sha256)
    assert origin.asked <= origin.answered
    with records.database.reading() as connection:
        assert verify.verify(connection, records.keys.ring(), records.shares).state == "whole"


def test_an_answer_given_while_the_database_is_away_is_recorded_later(
    open_page: OpenPage, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("pharmacist")
    explain(open_page)
    keeping.flush()
    apply = Records._apply

    def away(*_: object) -> None:
        raise DatabaseAway("records.problem.away", "test")

    monkeypatch.setattr(Records, "_apply", away)
    explain(open_page)
    keeping.flush()
    assert len(answers.newest(keeping.records(), 9)) == 1
    monkeypatch.setattr(Records, "_apply", apply)
    keeping.flush()
    assert len(answers.newest(keeping.records(), 9)) == 2


def test_without_staff_nothing_is_recorded_and_the_answer_stays_a_draft(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app, job = explain(open_page)
    assert "Both raise the risk" in words_on(app)
    assert not keeping.may_exist() and not current().key_file.exists()
    assert len(job) == 32


def test_a_sample_records_no_answer(open_page: OpenPage, ward: Ward) -> None:
    ward.enter("pharmacist")
    app, job = asked(open_page("pharmacy", **{demo.KEY: sorted(demo.cases())[0]}))
    keeping.flush()
    assert job and keeping.records().groups(kind="model_answer") == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_opens_the_raw_text_and_the_audit_says_so(
    open_page: OpenPage, drawn: Drawn, ward: Ward, language: Language
) -> None:
    t = translator(language)
    ward.enter("pharmacist")
    explain(open_page)
    answer = the_answer()
    ward.enter("administrator")
    app = open_page("people", language)
    before = drawn(app)
    assert t("audit.answered", n=2) in before and t("audit.raw_stored") in before
    assert ORDER not in words_on(app) and "RAWORDER" not in words_on(app)
    assert t("audit.raw_opened") not in before
    opened = drawn(open_raw(app, answer))
    assert ORDER in opened and "Take RAWORDER 5 mg twice daily." in opened
    raw = re.search(
        r'<div class="notice notice-warning" role="alert">.*?</pre></div>', opened, re.S
    )
    assert raw and t("audit.raw.what", n=2) in raw[0] and t("origin.model") in raw[0]
    assert "RAWORDER" not in opened.replace(raw[0], "")
    with keeping.records().database.reading() as connection:
        line = audit.newest(connection, 1)[0]
    boss = ward.people["administrator"].id
    assert (line.action, line.entry_id, line.person) == ("raw_opened", answer.entry, boss)
    assert t("audit.raw_opened") in opened
    again = app.run()
    assert "RAWORDER" not in words_on(again) and "RAWORDER" not in repr(again.session_state)


def test_without_a_choice_nothing_is_opened_and_that_is_said(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("pharmacist")
    explain(open_page)
    the_answer()
    ward.enter("administrator")
    app = open_raw(open_page("people"), None)
    assert EN("audit.raw.choose") in [warning.value for warning in app.warning]
    assert "RAWORDER" not in words_on(app)


def test_when_the_audit_cannot_be_written_nothing_is_opened(
    open_page: OpenPage, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("pharmacist")
    explain(open_page)
    answer = the_answer()
    ward.enter("administrator")
    app = open_page("people")

    def away(*_: object) -> None:
        raise DatabaseAway("records.problem.away", "test")

    monkeypatch.setattr(audit, "append", away)
    open_raw(app, answer)
    assert EN("records.problem.away") in [warning.value for warning in app.warning]
    assert "RAWORDER" not in words_on(app)


def test_a_right_that_was_taken_away_meanwhile_opens_nothing(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("pharmacist")
    explain(open_page)
    answer, records = the_answer(), keeping.records()
    ward.enter("administrator")
    app = open_page("people")
    boss = ward.people["administrator"]
    people.change_role(records, ward.people["doctor"].id, "administrator", boss.id)
    people.change_role(records, boss.id, "pharmacist", ward.people["doctor"].id)
    open_raw(app, answer)
    assert "RAWORDER" not in words_on(app) and "RAWORDER" not in repr(app.session_state)
    with records.database.reading() as connection:
        acts = [line.action for line in audit.newest(connection, 9)]
    assert "raw_opened" not in acts and "role_changed" in acts


@pytest.mark.parametrize("role", ["nurse", "doctor", "pharmacist"])
def test_no_other_role_and_no_other_owner_reaches_an_answer_by_its_address(
    open_page: OpenPage, ward: Ward, role: str
) -> None:
    ward.enter("administrator")
    mine, job = explain(open_page)
    (slug,) = slugs(mine)
    ward.enter(role)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="navigation page"):  # it is not there for this role
        open_page("people")
    app = paste(open_page("pharmacy"), "\n".join(NAMES["en"]))
    other = next(b.key.removeprefix("explain-") for b in app.button if "explain-" in str(b.key))
    app.query_params["job"], app.query_params["about"] = job, other
    app.run()
    assert EN("model.job.gone") in [caption.value for caption in app.caption]
    assert "Both raise" not in words_on(app) and ORDER not in words_on(app)
    assert slug != other


def test_the_raw_text_is_on_no_page_in_no_draft_snapshot_or_log(
    open_page: OpenPage,
    ward: Ward,
    own_data_folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ward.enter("pharmacist")
    with caplog.at_level(logging.DEBUG):
        app, job = explain(open_page)
        app.button(key="pharmacy-save-incident").click().run()
        keeping.flush()
    assert "Both raise" in words_on(app) and EN("model.held_back") in words_on(app)
    draft = drafts().find(
        keeping.records().keys.drafts_of(ward.people["pharmacist"].id), f"job {job}"
    )
    (snapshot,) = (own_data_folder / "incidents").glob("*.json")
    assert isinstance(draft, dict) and "Both raise" in draft["answer"]
    for place in (words_on(app), json.dumps(draft), snapshot.read_text(), caplog.text):
        assert ORDER not in place and "RAWORDER" not in place and "<unused94>" not in place
    assert "Both raise" not in snapshot.read_text() + caplog.text
    files = [path for path in own_data_folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not [path for path in files if b"RAWORDER" in path.read_bytes()]


def test_an_administrator_erases_an_answer(open_page: OpenPage, drawn: Drawn, ward: Ward) -> None:
    ward.enter("pharmacist")
    explain(open_page)
    answer = the_answer()
    ward.enter("administrator")
    app = open_page("people")
    app.selectbox(key="erase-group").set_value(answer.group)
    app.checkbox(key="erase-sure").set_value(True)
    app.button(key="erase").click().run()
    assert keeping.records().groups(kind="model_answer") == ()
    assert EN("audit.answered", n=2) not in drawn(app)
    assert EN("audit.raw.none") in [caption.value for caption in app.caption]


def test_an_erased_answer_is_on_no_card_any_more(
    open_page: OpenPage, drawn: Drawn, ward: Ward, model: Instant
) -> None:
    ward.enter("pharmacist")
    app, job = explain(open_page)
    first = "Both raise the risk of bleeding."
    assert first in words_on(app)
    answer = the_answer()
    erase.erase_group(keeping.records(), answer.group, ward.people["administrator"].id)
    again = open_page("pharmacy")
    assert not again.exception
    assert first not in words_on(again)
    again.query_params["job"], again.query_params["about"] = job, slugs(again)[0]
    assert first not in words_on(again.run())


def test_a_press_on_a_screen_that_was_locked_meanwhile_asks_nobody(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy", "en"), "\n".join(NAMES["en"]))
    slug = slugs(app)[0]
    ward.token = None
    app.button(key=f"explain-{slug}").click().run()
    assert desk().activity.pace.answers == 0
    keeping.flush()
    assert answers.newest(keeping.records(), 9) == ()


def test_a_growing_answer_does_not_keep_a_screen_open(
    open_page: OpenPage, ward: Ward, model: Instant, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.how = "running"
    monkeypatch.setattr(follow, "LOOK_S", 0.0)
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy", "en"), "\n".join(NAMES["en"]))

    def look() -> staff.Standing:
        ward.token = None  # as the end of the shift on another tablet does
        return staff.look()

    monkeypatch.setattr(follow, "staff", SimpleNamespace(look=look))
    app.button(key=f"explain-{slugs(app)[0]}").click().run()
    assert not app.exception
    assert EN("door.title") in words_on(app)


def test_two_tabs_keep_each_others_answers(open_page: OpenPage) -> None:
    first, job = explain(open_page)
    second = open_page("pharmacy", "en")
    second.session_state[worded.JOBS] = ("0123456789abcdef" * 2, {})  # it was open before
    _, other = asked(second)
    held = drafts().find("0123456789abcdef" * 2, worded.SLOT)
    assert other in held.values() and job != other
    third = paste(open_page("pharmacy", "en"), "warfarin")
    for slug in slugs(third):
        third.button(key=f"explain-{slug}").click().run()
    assert set(drafts().find("0123456789abcdef" * 2, worded.SLOT)) >= set(held)
