"""Staff on the pages: set up with the code, sign-in, roles on every page and action, audit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_pharmacy_page import NAMES, paste, slugs, submit
from wards import PIN, Ward

from core.errors import NotStored
from core.i18n import LANGUAGES, Language, translator
from core.pharmacy.knowledge import Knowledge
from core.records import attempts, audit, people, pins, roles, sign_in, staff_sessions, verify
from core.records.people import Person
from core.records.roles import ACTIONS, PAGES, ROLES, Action, Page, Role
from core.records.sign_in import SignedIn
from core.records.store import Records
from core.settings import current
from core.ui import demo, first_code, hospital, keeping, server, staff
from core.ui.hospital import Configured

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
OTHER_PIN = "830562"
EN = translator("en")


def warnings(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


def last_act() -> tuple[str, str | None, str | None]:
    with keeping.records().database.reading() as connection:
        line = audit.newest(connection, 1)[0]
    return line.action, line.person, line.entry_id


def set_up(app: AppTest, code: str, pin: str = PIN, again: str = PIN) -> AppTest:
    app.text_input(key="first-code").set_value(code)
    app.text_input(key="first-name").set_value("Chief")
    app.text_input(key="pin-first").set_value(pin)
    app.text_input(key="pin-again-first").set_value(again)
    return submit(app, "first-form")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_staff_the_page_says_so_and_makes_nothing_on_disk(
    open_page: OpenPage, own_data_folder: Path, language: Language
) -> None:
    app = open_page("people", language)
    assert translator(language)("people.first.text") in [said.value for said in app.markdown]
    assert not keeping.may_exist() and not current().key_file.exists()


def test_the_code_of_the_terminal_sets_up_the_first_administrator(
    open_page: OpenPage, drawn: Drawn, capsys: pytest.CaptureFixture[str]
) -> None:
    first_code.code.cache_clear()
    first_code._print.cache_clear()
    app = open_page("people")
    printed = capsys.readouterr().out
    assert printed.count(first_code.code()) == 2  # once in each language
    set_up(app, "AAAAA-AAAAA")
    assert warnings(app) == [EN("people.first.wrong_code")]
    set_up(app, first_code.code(), again=OTHER_PIN)
    assert warnings(app) == [EN("people.refused.pin_differs")]
    set_up(app, first_code.code(), "123456", "123456")
    assert warnings(app) == [EN("people.refused.pin_simple")]
    assert not people.has_administrator(keeping.records())
    set_up(app, f" {first_code.code().lower()} ")
    assert people.has_administrator(keeping.records())
    assert EN("door.title") in drawn(app) and "Chief" in drawn(app)
    first_code._print.cache_clear()
    first_code.announce()
    assert capsys.readouterr().out == ""


def test_a_list_begun_before_staff_was_set_up_is_handed_to_the_first_administrator(
    open_page: OpenPage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(open_page("pharmacy"), "warfarin\natorvastatin")
    set_up(open_page("people"), first_code.code())
    (boss,) = people.everyone(keeping.records())
    answer = sign_in.sign_in(keeping.records(), boss.id, PIN, "b" * 32)
    assert isinstance(answer, SignedIn)
    monkeypatch.setattr(server, "staff_token", lambda cookies: answer.token)
    shown = drawn(open_page("pharmacy"))
    assert "Warfarin" in shown and "Atorvastatin" in shown


def test_guessing_the_code_is_slowed_down(open_page: OpenPage) -> None:
    app = open_page("people")
    for _ in range(attempts.FREE):
        set_up(app, "WRONG-CODES")
    set_up(app, first_code.code())
    assert warnings(app) in ([EN("door.wait", n=5)], [EN("door.wait", n=6)])
    assert not people.has_administrator(keeping.records())


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_a_sign_in(
    open_page: OpenPage, drawn: Drawn, page: Page, language: Language
) -> None:
    t = translator(language)
    app = open_page(page, language)
    shown = drawn(app)
    assert t("door.title") in shown and 'action="/staff/sign-in"' in shown
    assert f'name="page" value="{page}"' in shown
    assert t("people.role.pharmacist") in shown
    assert t("pharmacy.lead") not in shown and t("people.lead") not in shown
    assert not app.text_area and not [b for b in app.button if b.key == "open-warfarin"]
    assert (t("privacy.title") in shown) == (page == "home")


OPENED: dict[Page, str] = {
    "home": "home.lead",
    "pharmacy": "pharmacy.lead",
    "model": "model_page.lead",
    "people": "people.lead",
}
EXPECTED: dict[Role, dict[Page, set[Action]]] = {
    "nurse": {
        "home": {"see", "own_pin"},
        "pharmacy": {"see", "check"},
        "model": set(),
        "people": set(),
    },
    "doctor": {
        "home": {"see", "own_pin"},
        "pharmacy": {"see", "check", "override"},
        "model": set(),
        "people": set(),
    },
    "pharmacist": {
        "home": {"see", "own_pin"},
        "pharmacy": {"see", "check", "override"},
        "model": set(),
        "people": set(),
    },
    "administrator": {
        "home": {"see", "own_pin"},
        "pharmacy": {"see", "check", "override"},
        "model": {"see", "manage"},
        "people": {"see", "manage", "audit", "erase"},
    },
}


def test_every_role_page_and_action_is_decided() -> None:
    for role in ROLES:
        for page in PAGES:
            allowed = {action for action in ACTIONS if roles.may(role, page, action)}
            assert allowed == EXPECTED[role][page], (role, page)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages_and_does_what_it_may(
    open_page: OpenPage, drawn: Drawn, ward: Ward, role: Role
) -> None:
    ward.enter(role)
    for page in ("home", "pharmacy"):
        app = open_page(page)
        assert EN(OPENED[page]) in drawn(app)
        side = "\n".join(piece.proto.body for piece in app.sidebar.get("html"))
        assert ward.people[role].name in side and EN(f"people.role.{role}") in side
        assert {"lock", "end-shift", "own-pin"} <= {button.key for button in app.button}
    paste(app, "\n".join(NAMES["en"]))
    assert "pill-major" in drawn(app)
    assert bool(slugs(app)) == ("override" in EXPECTED[role]["pharmacy"])
    for closed in ("model", "people"):
        listed = open_page("home")
        if "see" in EXPECTED[role][closed]:
            listed = open_page(closed)
        else:
            with pytest.raises(ValueError, match=closed):
                listed.switch_page(f"pages/{closed}.py")
        assert (EN(OPENED[closed]) in drawn(listed)) == ("see" in EXPECTED[role][closed])
    assert (EN("people.lead") in drawn(listed)) == ("see" in EXPECTED[role]["people"])
    assert bool([b for b in listed.button if b.key == "erase" or "deactivate" in str(b.key)]) == (
        "manage" in EXPECTED[role]["people"]
    )


def change_own_pin(app: AppTest, present: str, new: str, again: str) -> AppTest:
    app.button(key="own-pin").click().run()
    for key, text in (("present", present), ("new", new), ("again", again)):
        app.text_input(key=f"own-pin-{key}").set_value(text)
    return submit(app, "own-pin-form")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_changes_their_own_pin(open_page: OpenPage, ward: Ward, role: Role) -> None:
    elsewhere, here = ward.enter(role), ward.enter(role)
    person, app = ward.people[role].id, open_page("home")
    change_own_pin(app, PIN, OTHER_PIN, "830561")
    assert warnings(app) == [EN("people.refused.pin_differs")]
    change_own_pin(app, PIN, "123456", "123456")
    assert warnings(app) == [EN("people.refused.pin_simple")]
    change_own_pin(app, OTHER_PIN, OTHER_PIN, OTHER_PIN)
    assert warnings(app) == [EN("own_pin.wrong")]
    change_own_pin(app, PIN, OTHER_PIN, OTHER_PIN)
    assert [toast.value for toast in app.toast] == [EN("own_pin.done")]
    assert last_act() == ("pin_changed", person, person)
    assert isinstance(staff_sessions.look(keeping.records(), here), staff_sessions.Session)
    assert isinstance(staff_sessions.look(keeping.records(), elsewhere), staff_sessions.Ended)
    assert not [field for field in app.text_input if str(field.key).startswith("own-pin")]


def test_the_list_belongs_to_the_person_wherever_they_sign_in(
    open_page: OpenPage, drawn: Drawn, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("pharmacist")
    paste(open_page("pharmacy"), "warfarin")
    monkeypatch.setattr(server, "owner", lambda cookies: "f" * 32)  # another tablet
    ward.enter("pharmacist")
    assert "Warfarin" in drawn(open_page("pharmacy"))
    ward.enter("nurse")
    assert "Warfarin" not in drawn(open_page("pharmacy"))


@pytest.mark.parametrize("button", ["lock", "end-shift"])
def test_after_lock_and_end_of_shift_nothing_is_on_the_screen(
    open_page: OpenPage, drawn: Drawn, ward: Ward, button: str
) -> None:
    elsewhere, here = ward.enter("pharmacist"), ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin")
    app.button(key=button).click().run()
    assert EN("door.title") in drawn(app) and "Warfarin" not in drawn(app)
    assert "worklist" not in app.session_state
    assert f'selected value="{ward.people["pharmacist"].id}"' in drawn(app)
    assert isinstance(staff_sessions.look(keeping.records(), here), staff_sessions.Ended)
    other = staff_sessions.look(keeping.records(), elsewhere)
    assert isinstance(other, staff_sessions.Ended) == (button == "end-shift")
    assert last_act()[:2] == (
        "locked" if button == "lock" else "shift_ended",
        ward.people["pharmacist"].id,
    )


def test_a_press_on_a_screen_that_was_locked_meanwhile_changes_nothing(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    token = ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin\natorvastatin")
    staff_sessions.lock(keeping.records(), token)
    app.button(key="clear").click().run()
    assert EN("door.title") in drawn(app)
    ward.enter("pharmacist")
    again = drawn(open_page("pharmacy"))
    assert "Warfarin" in again and "Atorvastatin" in again


def fill_in(app: AppTest, name: str, role: Role, pin: str = PIN, again: str = PIN) -> AppTest:
    app.text_input(key="person-name").set_value(name)
    app.selectbox(key="person-role").set_value(role)
    app.text_input(key="pin-person").set_value(pin)
    app.text_input(key="pin-again-person").set_value(again)
    return submit(app, "person-form")


def reset(app: AppTest, person: Person, pin: str) -> AppTest:
    app.text_input(key=f"pin-{person.id}").set_value(pin)
    app.text_input(key=f"pin-again-{person.id}").set_value(pin)
    return submit(app, f"pin-form-{person.id}")


def successes(app: AppTest) -> list[str]:
    return [said.value for said in app.success]


def test_an_administrator_adds_changes_and_deactivates(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("administrator")
    boss, nurse = ward.people["administrator"], ward.people["nurse"]
    app = fill_in(open_page("people"), "王芳", "doctor")
    assert successes(app) == [EN("people.added", name="王芳", role="Doctor")]
    (added,) = [p for p in people.everyone(keeping.records()) if p.name == "王芳"]
    assert added.role == "doctor" and last_act() == ("person_added", boss.id, added.id)
    app.selectbox(key=f"role-{nurse.id}").set_value("pharmacist").run()
    assert last_act() == ("role_changed", boss.id, nurse.id)
    assert successes(app) == [EN("people.role_changed", name=nurse.name, role="Pharmacist")]
    reset(app, nurse, OTHER_PIN)
    assert last_act() == ("pin_changed", boss.id, nurse.id)
    app.button(key=f"deactivate-{nurse.id}").click().run()
    assert last_act() == ("person_deactivated", boss.id, nurse.id)
    app.button(key=f"deactivate-{boss.id}").click().run()
    assert warnings(app) == [EN("people.refused.last_administrator")]
    app.number_input(key="idle-minutes").set_value(3).run()
    assert last_act() == ("idle_time_set", boss.id, None)
    assert successes(app) == [EN("people.idle.done", n=3)]
    assert EN("audit.idle_time_set") in drawn(app) and "Chief" in drawn(app)


@pytest.mark.usefixtures("ward")
def test_a_refused_addition_says_so_in_its_form_and_keeps_name_and_role_but_no_pin(
    open_page: OpenPage, ward: Ward
) -> None:
    ward.enter("administrator")
    app = open_page("people")
    before = people.everyone(keeping.records())
    for pin, again, refused in (
        (PIN, OTHER_PIN, "people.refused.pin_differs"),
        ("123456", "123456", "people.refused.pin_simple"),
        ("27491", "27491", "people.refused.pin_short"),
    ):
        fill_in(app, "王芳", "pharmacist", pin, again)
        form = next(e for e in app.expander if e.label == EN("people.add"))
        assert [said.value for said in form.warning] == [EN(refused)]
        assert app.text_input(key="person-name").value == "王芳"
        assert app.selectbox(key="person-role").value == "pharmacist"
        assert {app.text_input(key=f"pin-{of}person").value for of in ("", "again-")} == {""}
    assert people.everyone(keeping.records()) == before
    fill_in(app, "王芳", "pharmacist")
    assert app.text_input(key="person-name").value == ""
    assert fill_in(app, "王\u3000芳", "pharmacist").warning[0].value == EN(
        "people.refused.name_taken"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_of_a_refused_pin_names_its_length(language: Language) -> None:
    assert str(pins.SHORTEST) in translator(language)("people.refused.pin_short")


def test_a_new_pin_closes_its_box_and_names_the_person(open_page: OpenPage, ward: Ward) -> None:
    ward.enter("administrator")
    nurse, app = ward.people["nurse"], open_page("people", "zh-CN")
    box, t = f"pin-box-{nurse.id}", translator("zh-CN")
    app.session_state[box] = True  # pressed
    reset(app, nurse, "123456")
    assert app.session_state[box] is True
    assert warnings(app) == [t("people.refused.pin_simple")]
    reset(app, nurse, OTHER_PIN)
    assert app.session_state[box] is False
    assert successes(app) == [f"{nurse.name}的PIN码已重设。"]
    app.run()
    assert successes(app) == [f"{nurse.name}的PIN码已重设。"]  # until the next act, or coming back
    app.switch_page("pages/home.py").run()
    assert successes(app.switch_page("pages/people.py").run()) == []


@pytest.mark.parametrize("minutes", [0, 121, 100_000])
def test_an_idle_time_out_of_bounds_is_refused_with_the_bounds(
    open_page: OpenPage, ward: Ward, minutes: int
) -> None:
    ward.enter("administrator")
    app = open_page("people")
    app.number_input(key="idle-minutes").set_value(minutes).run()
    assert warnings(app) == [EN("people.idle.refused", least=1, most=120)]
    assert app.number_input(key="idle-minutes").value == staff_sessions.IDLE_MINUTES


def in_order(app: AppTest, drawn: Drawn) -> list[str]:
    return re.findall(r'class="person"><b>(.*?)</b>', drawn(app))


def test_a_deactivated_person_keeps_the_place_and_is_activated_there(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("administrator")
    nurse, app = ward.people["nurse"], open_page("people")
    names = ["A doctor", "A nurse", "A pharmacist", "Chief"]
    assert in_order(app, drawn) == names
    assert EN("people.deactivate.text", name="A nurse") in drawn(app)
    app.button(key=f"deactivate-{nurse.id}").click().run()
    assert in_order(app, drawn) == names and EN("people.inactive") in drawn(app)
    assert successes(app) == [EN("people.deactivated", name="A nurse")]
    assert not [b for b in app.button if b.key == f"deactivate-{nurse.id}"]
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/people.py").run()
    assert in_order(app, drawn) == ["A doctor", "A pharmacist", "Chief", "A nurse"]
    app.button(key=f"activate-{nurse.id}").click().run()
    assert successes(app) == [EN("people.activated", name="A nurse")]
    assert in_order(app, drawn) == ["A doctor", "A pharmacist", "Chief", "A nurse"]


def test_names_stand_in_the_order_of_their_pinyin(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    for name in ("赵敏", "曾强", "单丽", "王芳", "Bob", "刘洋"):
        assert isinstance(people.add(keeping.records(), name, "nurse", PIN), Person)
    ward.enter("administrator")
    shown = [n for n in in_order(open_page("people"), drawn) if not n.startswith("A ")]
    assert shown == ["Bob", "Chief", "刘洋", "单丽", "王芳", "曾强", "赵敏"]


def test_the_only_administrator_is_told_about_a_second_one(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("administrator")
    hint = "python -m core records pin Chief"
    assert hint in drawn(open_page("people"))
    people.add(keeping.records(), "Second", "administrator", PIN)
    assert hint not in drawn(open_page("people"))


def test_an_administrator_binds_a_hospital_account(
    open_page: OpenPage, drawn: Drawn, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("administrator")
    boss, nurse, doctor = (ward.people[role] for role in ("administrator", "nurse", "doctor"))
    app = open_page("people")
    assert not [field for field in app.text_input if str(field.key).startswith("account-")]
    monkeypatch.setattr(hospital, "configured", lambda: Configured("ready", host="sso.example"))
    app.run()
    app.text_input(key=f"account-{nurse.id}").set_value("Wang@Hospital.example")
    submit(app, f"account-form-{nurse.id}")
    assert last_act() == ("account_set", boss.id, nurse.id)
    assert "wang@hospital.example" in drawn(app)
    app.text_input(key=f"account-{doctor.id}").set_value("wang@hospital.EXAMPLE")
    submit(app, f"account-form-{doctor.id}")
    assert warnings(app) == [EN("people.refused.account_taken")]
    submit(app, f"account-form-{nurse.id}")
    assert successes(app) == [EN("people.account_set", name=nurse.name)]


def test_a_callback_asks_for_the_right_anew(open_page: OpenPage, ward: Ward) -> None:
    ward.enter("administrator")
    app = open_page("people")
    second = people.add(keeping.records(), "Second", "administrator", PIN)
    assert isinstance(second, Person)
    boss, nurse = ward.people["administrator"], ward.people["nurse"]
    people.change_role(keeping.records(), boss.id, "nurse", second.id)
    app.button(key=f"deactivate-{nurse.id}").click().run()
    assert [p.active for p in people.everyone(keeping.records()) if p.id == nurse.id] == [True]


def test_a_lost_database_is_said_and_a_person_just_seen_goes_on(
    open_page: OpenPage, drawn: Drawn, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.records.problems import DatabaseAway

    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "warfarin")

    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("records.problem.away", "test")

    monkeypatch.setattr(staff_sessions, "look", away)
    app.run()
    assert "Warfarin" in drawn(app)
    assert EN("shell.records_away") in [w.value for w in app.sidebar.warning]
    staff._seen.clear()
    app.run()
    assert "Warfarin" not in drawn(app)
    assert [e.value for e in app.error] == [EN("door.closed", problem=EN("records.problem.away"))]


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_missing_or_wrong_key_file_is_named_and_nothing_opens(
    open_page: OpenPage, page: Page, language: Language
) -> None:
    file, t = current().key_file, translator(language)
    kept = file.read_bytes()
    for content, key in (
        (None, "records.problem.key_missing"),
        (kept.replace(b'"1": "', b'"1": "00')[:-7] + b'"\n }\n}\n', "records.problem.key_wrong"),
    ):
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
            file.chmod(0o600)
        keeping.close()
        app = open_page(page, language)
        assert [e.value for e in app.error] == [t("door.closed", problem=t(key, file=file))]
        assert file.exists() is (content is not None)
    file.write_bytes(kept)
    keeping.close()
    assert [e.value for e in open_page(page, language).error] == []


def decide(app: AppTest, note: str = "CK each week") -> AppTest:
    (slug,) = slugs(app)
    app.selectbox(key=f"reason-{slug}").set_value("monitored")
    app.text_input(key=f"note-{slug}").set_value(note)
    return submit(app, f"override-form-{slug}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_decision_is_recorded_with_person_result_and_tables_and_taken_back(
    open_page: OpenPage, drawn: Drawn, ward: Ward, language: Language, knowledge: Knowledge
) -> None:
    t, person = translator(language), ward.people["pharmacist"]
    ward.enter("pharmacist")
    app = decide(paste(open_page("pharmacy", language), "\n".join(NAMES[language])))
    shown = drawn(app)
    named = t("pharmacy.override.person", person=person.name, role=t("people.role.pharmacist"))
    assert named in shown and t("pharmacy.override.monitored") in shown
    records = keeping.records()
    (group,) = records.groups(kind="pharmacy_list", owner=person.id)
    (entry,) = records.list(group.id)
    assert entry.person == person.id and entry.kind == "override"
    assert {**entry.content, "when": None} == {
        "reason": "monitored",
        "note": "CK each week",
        "when": None,
        "person": person.name,
        "role": "pharmacist",
        "result": {
            "severity": "major",
            "rule": "P0001",
            "drugs": ["atorvastatin", "clarithromycin"],
        },
        "tables": {"version": knowledge.version, "digest": knowledge.digest},
    }
    assert entry.provenance is not None and entry.provenance.person == person.id
    (undo,) = [b for b in app.button if b.key and b.key.startswith("undo-")]
    undo.click().run()
    assert "origin-person" not in drawn(app)
    (back,) = records.list(group.id)
    assert (back.kind, back.supersedes) == ("override_taken_back", entry.id)
    assert last_act() == ("entry", person.id, back.id)
    decide(app)
    assert len(records.groups(kind="pharmacy_list")) == 1
    with records.database.reading() as connection:
        found = verify.verify(connection, records.keys.ring(), records.shares)
    assert found.state == "whole"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_staff_the_form_says_that_nothing_is_recorded(
    open_page: OpenPage, language: Language
) -> None:
    app = paste(open_page("pharmacy", language), "\n".join(NAMES[language]))
    said = [caption.value for caption in app.caption]
    assert translator(language)("pharmacy.override.not_recorded") in said
    decide(app)
    assert not keeping.may_exist()


def test_a_sample_records_nothing(open_page: OpenPage, ward: Ward) -> None:
    ward.enter("pharmacist")
    app = open_page("pharmacy", **{demo.KEY: sorted(demo.cases())[0]})
    slug = slugs(app)[0]
    app.selectbox(key=f"reason-{slug}").set_value("monitored")
    submit(app, f"override-form-{slug}")
    assert keeping.records().groups(kind="pharmacy_list") == ()


def test_a_role_taken_away_meanwhile_decides_nothing(open_page: OpenPage, ward: Ward) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "\n".join(NAMES["en"]))
    records = keeping.records()
    boss, person = ward.people["administrator"], ward.people["pharmacist"]
    people.change_role(records, person.id, "nurse", boss.id)
    decide(app)
    assert app.session_state["worklist"].overrides == {}
    assert records.groups(kind="pharmacy_list") == ()


def test_a_decision_that_cannot_be_stored_is_not_taken(
    open_page: OpenPage, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.enter("pharmacist")
    app = paste(open_page("pharmacy"), "\n".join(NAMES["en"]))

    def full(*_: object, **__: object) -> None:
        raise NotStored("error.not_stored", "test")

    monkeypatch.setattr(Records, "new_group", full)
    decide(app)
    assert EN("error.not_stored") in warnings(app)
    assert app.session_state["worklist"].overrides == {}


def test_an_administrator_finds_the_decision_in_the_audit_and_erases_it(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("pharmacist")
    decide(paste(open_page("pharmacy"), "\n".join(NAMES["en"])))
    (group,) = keeping.records().groups(kind="pharmacy_list")
    ward.enter("administrator")
    app = open_page("people")
    shown = drawn(app)
    assert EN("audit.decided") in shown and f'title="{group.id}">{group.id[:8]}<' in shown
    assert EN("audit.erase.reach") in [caption.value for caption in app.caption]
    assert ward.people["pharmacist"].name in shown and "CK each week" not in shown
    app.button(key="erase").click().run()
    assert EN("audit.erase.choose") in [info.value for info in app.info]
    app.selectbox(key="erase-group").set_value(group.id)
    app.checkbox(key="erase-sure").set_value(True)
    app.button(key="erase").click().run()
    assert keeping.records().groups(kind="pharmacy_list") == ()
    assert EN("audit.decided") not in drawn(app) and EN("audit.entry") in drawn(app)
    assert EN("audit.erase") in drawn(app) and EN("audit.erase.none") in [
        caption.value for caption in app.caption
    ]
    ward.enter("pharmacist")
    again = open_page("pharmacy")
    assert not [b for b in again.button if b.key and b.key.startswith("undo-")]
    decide(again)
    (fresh,) = keeping.records().groups(kind="pharmacy_list")
    assert fresh.id != group.id


def told_acts(shown: str) -> list[list[str]]:
    """Action, who, about and recorder of each line of the audit, the newest first."""
    lines = re.findall(r"<tr><th scope.*?</tr>", shown)
    return [[re.sub("<.*?>", "", c) for c in re.findall("<td>(.*?)</td>", r)][1:] for r in lines]


def test_the_audit_says_who_decided_and_who_took_back_on_whose_list(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("pharmacist")
    app = decide(paste(open_page("pharmacy"), "\n".join(NAMES["en"])))
    (undo,) = [b for b in app.button if b.key and b.key.startswith("undo-")]
    undo.click().run()
    records, who = keeping.records(), ward.people["pharmacist"]
    (group,) = records.groups(kind="pharmacy_list")
    entries = [entry.id[:8] for entry in records.list(group.id, superseded=True)]
    sign_in.sign_in(records, who.id, "111111", "c" * 32)
    sign_in.refuse(records)
    ward.enter("administrator")
    acts = told_acts(drawn(open_page("people")))[1:6]
    assert acts == [
        [EN("audit.code_refused"), "–", "–", "–"],
        [EN("audit.sign_in_refused"), "–", who.name, "–"],
        [EN("audit.taken_back"), who.name, f"{group.id[:8]} {entries[1]}", who.name],
        [EN("audit.decided"), who.name, f"{group.id[:8]} {entries[0]}", who.name],
        [EN("audit.group"), who.name, group.id[:8], who.name],
    ]
    with records.database.reading() as connection:
        found = verify.verify(connection, records.keys.ring(), records.shares)
    assert found.state == "whole"


def test_an_administrator_decides_and_the_role_of_that_time_stays_with_it(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("administrator")
    boss, records = ward.people["administrator"], keeping.records()
    decide(paste(open_page("pharmacy"), "\n".join(NAMES["en"])))
    other = people.add(records, "Second", "administrator", PIN, boss.id)
    assert isinstance(other, Person)
    people.change_role(records, boss.id, "doctor", other.id)
    (group,) = records.groups(kind="pharmacy_list", owner=boss.id)
    (entry,) = records.list(group.id)
    assert (entry.person, entry.content["role"]) == (boss.id, "administrator")
    assert "Chief (Administrator) goes on anyway" in drawn(open_page("pharmacy"))
