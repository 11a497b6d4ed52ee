"""The Model page: what answers, a look before loading, load and unload, self-test, download.

The tiny checkpoint is really loaded; a model server really answers over HTTP on this machine.
"""

import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from transcripts import tiny
from wards import Ward

from core.i18n import LANGUAGES, Language, translator
from core.model import choice, meeting, self_test
from core.model.checkpoint import read_checkpoint
from core.model.desk import Desk
from core.model.fetching import Fetching
from core.model.problems import ModelProblem
from core.model.starting import Asked, Starter, Status
from core.records import audit
from core.records.audit import ModelAct
from core.records.files import put
from core.safety import egress
from core.settings import current
from core.ui import keeping, model_fetch, model_snapshot, model_trial, shared_model

OpenPage = Callable[..., AppTest]
Drawn = Callable[[AppTest], str]
EN = translator("en")


@pytest.fixture(autouse=True)
def own_desk() -> Iterator[None]:
    """A process that has loaded nothing, and gives back what a test loads."""
    held = (shared_model.desk, shared_model.starter, shared_model.fetching, model_trial.held)
    for one in held:
        one.clear()
    yield
    shared_model.close()
    for one in held:
        one.clear()


@pytest.fixture
def server() -> Iterator[str]:
    """A model server that offers one model and answers with nothing."""

    class Offers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {"object": "list", "data": [{"id": "big", "object": "model", "created": 1}]}
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    made = ThreadingHTTPServer(("127.0.0.1", 0), Offers)
    made.daemon_threads = True
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/v1"
    made.shutdown()
    made.server_close()


def name(app: AppTest, model: object) -> AppTest:
    app.text_input(key="model-name").set_value(str(model))
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, shared_model.starter().status
        time.sleep(0.02)


def settled(app: AppTest) -> AppTest:
    """Waits until no model is being started, and draws the page again, as its panel does."""
    until(lambda: shared_model.starter().status.state in ("none", "ready", "failed"))
    app.run()
    assert not app.exception, app.exception
    return app


def loaded(app: AppTest) -> AppTest:
    app = settled(press(name(app, tiny()), "model-load"))
    assert shared_model.desk().model == tiny().name
    return app


def said(app: AppTest) -> list[str]:
    return [box.value for box in (*app.warning, *app.error, *app.success, *app.info)]


def model_acts() -> list[tuple[str, str, str]]:
    """The lines of the audit about the model, the first first."""
    with keeping.records().database.reading() as connection:
        lines = list(audit.lines(connection))
    ours = ModelAct.__args__  # type: ignore[attr-defined]
    return [(line.action, line.person, line.digest) for line in lines if line.action in ours]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_the_page_says_so_and_offers_the_choice(
    open_page: OpenPage, drawn: Drawn, language: Language
) -> None:
    t, app = translator(language), open_page("model", language)
    shown = drawn(app)
    for key in ("model_page.lead", "home.model.none", "model_page.without"):
        assert t(key) in shown
    assert t("model_page.next_start.none", name="") in shown
    assert app.button(key="model-test").disabled and not app.button(key="model-load").disabled
    assert not [b for b in app.button if b.key == "model-unload"]


def test_a_look_says_what_a_folder_is_before_anything_is_loaded(
    open_page: OpenPage, drawn: Drawn
) -> None:
    app = press(name(open_page("model"), tiny()), "model-look")
    shown, found = drawn(app), read_checkpoint(tiny())
    assert EN("model_page.kind.image") in shown and found.name in shown
    assert found.revision.removeprefix("sha256:")[:12] in shown
    assert f"{found.shape.parameters / 1e6:.1f} M" in shown
    for precision in ("bf16", "int8", "nf4"):
        assert f'<th scope="row">{precision}</th>' in shown
    assert len(app.success) == 1 and "bf16" in app.success[0].value
    assert shared_model.starter().status == Status() and shared_model.desk().model is None


def spoiled(tmp_path: Path, what: str) -> Path:
    folder = tmp_path / "spoiled"
    shutil.copytree(tiny(), folder)
    if what == "code":
        (folder / "model.py").write_text("raise SystemExit", "utf-8")
    elif what == "float16":
        config = json.loads((folder / "config.json").read_text("utf-8"))
        (folder / "config.json").write_text(json.dumps({**config, "dtype": "float16"}), "utf-8")
    elif what == "half":
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-100])
    else:
        (folder / "config.json").unlink()
    return folder


@pytest.mark.parametrize("button", ["model-look", "model-load"])
@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("code", "model.problem.code"),
        ("float16", "model.problem.float16"),
        ("half", "model.problem.incomplete"),
        ("empty", "model.problem.no_config"),
    ],
)
def test_what_is_refused_is_refused_in_words_and_not_loaded(
    open_page: OpenPage, tmp_path: Path, what: str, key: str, button: str
) -> None:
    app = press(name(open_page("model"), spoiled(tmp_path, what)), button)
    begins = EN(key, file="\0", kind="").partition("\0")[0].replace("“”", "")
    assert [words for words in said(app) if begins[:20] in words or begins in words]
    assert shared_model.starter().status == Status()


def test_too_little_memory_is_said_beside_the_estimates(
    open_page: OpenPage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.model import machine
    from core.model.spec import Memory

    monkeypatch.setattr(machine, "memory", lambda: Memory(cpu=2**20))
    app = press(name(open_page("model"), tiny()), "model-load")
    assert EN("model_page.memory.on.nowhere") in drawn(app)
    (problem,) = app.error
    assert problem.value.startswith("bf16 needs about")
    assert shared_model.starter().status == Status()


@pytest.mark.usefixtures("own_data_folder")
def test_load_self_test_and_unload(
    open_page: OpenPage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "BUDGET", 30)
    app = loaded(open_page("model"))
    shown = drawn(app)
    assert EN("home.model.ready", name=tiny().name) in shown
    assert EN("model_page.no_speed") in shown
    assert EN("model_page.next_start.choice", name=str(tiny())) in shown
    assert choice.read(current().data) == Asked(str(tiny()))
    app = press(app, "model-test")
    shown = drawn(app)
    assert EN("model_page.test.not_valid") in said(app)
    result = model_trial.held().result
    assert result is not None and result.view.state in ("finished", "truncated")
    assert 0 < result.outcome.tokens <= 30 and result.outcome.speed
    assert f"{result.outcome.tokens} tokens" in shown and tiny().name in shown
    assert EN("model_page.no_speed") not in shown
    again = open_page("model")
    assert EN("model_page.test.not_valid") in said(again), "another browser sees it too"
    kept = model_snapshot.snapshot()
    assert kept["precision"] == "bf16" and kept["self_test"]["valid"] is False
    assert str(tiny()) not in json.dumps(kept) and "came" not in kept["self_test"]
    app = press(app, "model-unload")
    assert EN("model_page.unloaded") in said(app) and EN("home.model.none") in drawn(app)
    assert shared_model.desk().model is None and not (current().data / choice.FILE).exists()


def test_while_it_loads_the_page_says_how_far_it_is(open_page: OpenPage, drawn: Drawn) -> None:
    starter = shared_model.starter()
    starter._status = Status("looking", "medgemma")
    app = open_page("model")
    assert EN("home.model.looking") in drawn(app)
    assert app.button(key="model-load").disabled
    starter._status = Status("loading", "medgemma", done=3, whole=12)
    app.run()
    (bar,) = app.get("progress")
    assert bar.proto.value == 25 and bar.proto.text == EN("model_page.loading", done=3, whole=12)
    starter._status = Status("ready", "medgemma", host="127.0.0.1:9")
    app.run()
    assert not app.get("progress") and EN("home.model.remote", host="127.0.0.1:9") in drawn(app)


def test_one_that_failed_is_named_and_the_page_goes_on(open_page: OpenPage, drawn: Drawn) -> None:
    shared_model.load(Asked("/nowhere/at/all"))
    app = settled(open_page("model"))
    problem = EN("model.problem.folder", folder="/nowhere/at/all")
    assert EN("home.model.failed", problem=problem) in drawn(app)
    assert choice.read(current().data) == Asked()
    assert not app.button(key="model-load").disabled


def test_what_the_terminal_named_wins_and_the_page_says_so(
    open_page: OpenPage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(current().data / choice.FILE, choice.content(Asked("/chosen")))
    app = open_page("model")
    assert app.text_input(key="model-name").value == "/chosen"
    assert EN("model_page.next_start.choice", name="/chosen") in drawn(app)
    monkeypatch.setenv("AUSCULT_MODEL", "/named")
    current.cache_clear()
    app = open_page("model")
    assert EN("model_page.next_start.environment", name="/named") in drawn(app)
    assert app.text_input(key="model-name").value == "/named"


def at_server(app: AppTest, url: str, model: str = "", key: object = "") -> AppTest:
    app.segmented_control(key="model-from").set_value("server").run()
    app.text_input(key="model-server").set_value(url)
    app.text_input(key="model-server-model").set_value(model)
    app.text_input(key="model-key-file").set_value(str(key))
    return app


def test_a_server_of_this_machine_is_met_at_once(
    open_page: OpenPage, drawn: Drawn, server: str
) -> None:
    app = press(at_server(open_page("model"), server), "model-look")
    assert EN("model_page.offered", names="big") in drawn(app)
    assert shared_model.desk().model is None
    app = press(at_server(app, server, "small"), "model-load")
    assert EN("model.server.no_such_model", name="small") in said(app)
    app = settled(press(at_server(app, server), "model-load"))
    assert shared_model.desk().model == "big"
    assert EN("model_page.revision.unknown") in drawn(app)
    assert choice.read(current().data) == Asked("", "auto", server, "big")


def test_one_in_the_network_waits_for_the_next_start_and_a_public_one_for_the_terminal(
    open_page: OpenPage,
) -> None:
    app = press(at_server(open_page("model"), "http://10.1.2.3:8000/v1", "m"), "model-load")
    kept = Asked("", "auto", "http://10.1.2.3:8000/v1", "m")
    assert EN("model_page.later") in said(app)
    assert choice.read(current().data) == kept and shared_model.starter().status == Status()
    app = press(at_server(app, "https://models.example.org/v1"), "model-load")
    assert EN("model_page.public") in said(app)
    assert choice.read(current().data) == kept


def named_at_the_start(monkeypatch: pytest.MonkeyPatch, host: str, port: int) -> None:
    one = egress.Named("model", host, port)
    monkeypatch.setattr(egress, "state", lambda: egress.Egress(True, 0, (), (one,)))


def test_the_one_this_start_named_is_met_again_when_it_is_back(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[tuple[object, ...]] = []

    def away(*asked: object) -> None:
        met.append(asked)
        raise ModelProblem("model.server.away")

    monkeypatch.setattr(meeting, "meet", away)
    named_at_the_start(monkeypatch, "10.1.2.3", 8000)
    app = press(at_server(open_page("model"), "http://10.1.2.3:8000/v1"), "model-load")
    assert EN("model.server.away") in said(app)
    app = press(at_server(app, "http://10.1.2.3:8001/v1"), "model-load")
    assert EN("model_page.later") in said(app) and len(met) == 1
    named_at_the_start(monkeypatch, "models.example.org", 443)
    app = press(at_server(app, "https://models.example.org/v1"), "model-load")
    assert EN("model.server.away") in said(app)
    assert met[1] == ("https://models.example.org/v1", "", None, "models.example.org")


def test_a_pasted_space_that_nobody_sees_is_said(open_page: OpenPage, server: str) -> None:
    for url in (server, "http://10.1.2.3:8000/v1"):
        app = press(at_server(open_page("model"), url, "med\u00a0gemma"), "model-load")
        assert EN("model.choice.unkept") in said(app)
    assert choice.read(current().data) == Asked()


def test_a_test_question_without_an_answer_is_not_judged(open_page: OpenPage, server: str) -> None:
    app = settled(press(at_server(open_page("model"), server), "model-load"))
    app = press(app, "model-test")
    until(lambda: (app.run() and model_trial.held().result) is not None)
    app.run()
    assert not [words for words in said(app) if EN("model_page.test.not_valid") in words]
    problem = EN("model.server.error")
    assert EN("model_page.test.failed", problem=problem) in said(app)


def test_no_secret_of_the_program_leaves_as_a_key(open_page: OpenPage, server: str) -> None:
    secret = current().key_file
    secret.parent.mkdir(parents=True)
    secret.write_text("0123456789abcdef", "ascii")
    app = press(at_server(open_page("model"), server, "", secret), "model-load")
    assert any("own secrets" in words for words in said(app))
    assert shared_model.starter().status == Status()


def test_every_act_is_in_the_audit_and_needs_the_right(
    open_page: OpenPage, drawn: Drawn, ward: Ward
) -> None:
    ward.enter("administrator")
    boss, mark = ward.people["administrator"].id, read_checkpoint(tiny()).revision[7:]
    app = press(loaded(open_page("model")), "model-unload")
    app = press(at_server(app, "http://10.1.2.3:8000/v1"), "model-load")
    lines = model_acts()
    assert [line[0] for line in lines] == ["model_loaded", "model_unloaded", "model_chosen"]
    assert {line[1] for line in lines} == {boss}
    assert lines[0][2] == lines[1][2] == mark and len(lines[2][2]) == 64
    people = drawn(open_page("people"))
    for line in lines:
        assert EN(f"audit.{line[0]}") in people
    assert mark[:8] in people
    app = open_page("model")
    app.segmented_control(key="model-from").set_value("disk").run()
    name(app, tiny())
    ward.token = None
    app.button(key="model-load").click().run()
    assert model_acts() == lines and shared_model.starter().status == Status()


def child(tmp_path: Path, *lines: object, ends: str = "") -> Fetching:
    """A program that speaks as the download does."""
    printed = "".join(f"print({json.dumps(json.dumps(line))}, flush=True)\n" for line in lines)
    program = tmp_path / "child.py"
    program.write_text(f"import time\n{printed}{ends}\n", "utf-8")
    return Fetching(lambda name: [sys.executable, str(program), name])


def asked_to_fetch(app: AppTest, model: str, accepted: bool) -> AppTest:
    app.text_input(key=model_fetch.NAME).set_value(model)
    app.checkbox(key=model_fetch.TERMS).set_value(accepted)
    return press(app, "model-fetch-go")


def test_a_download_needs_the_terms_shows_how_far_it_is_and_survives_a_reload(
    open_page: OpenPage, drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = {"file": "a.bin", "done": 1, "whole": 4, "bytes_done": 2**30, "bytes_whole": 2**32}
    held = child(tmp_path, step, ends="time.sleep(60)")
    for module in (shared_model, model_fetch):
        monkeypatch.setattr(module, "fetching", lambda: held)
    app = open_page("model")
    assert model_fetch.TERMS_AT in drawn(app)
    app = asked_to_fetch(app, "owner/name", accepted=False)
    assert EN("model_page.fetch.accept") in said(app)
    app = asked_to_fetch(app, "not an id", accepted=True)
    assert EN("model_page.fetch.no_id", example=model_fetch.EXAMPLE) in said(app)
    assert held.progress.state == "none"
    asked_to_fetch(app, "owner/name", accepted=True)
    until(lambda: held.progress.done == 1)
    again = open_page("model")
    (bar,) = again.get("progress")
    assert bar.proto.value == 25 and "1.00 of 4.00 GiB" in bar.proto.text
    again = press(again, "model-cancel")
    assert EN("model_page.fetch.cancelled", name="owner/name") in said(again)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"folder": "/models/x"}, "/models/x"),
        ({"problem": "model.problem.not_here", "values": {"name": "o/n"}}, "o/n is not on this"),
        ({"problem": "no.such.key"}, "without saying why"),
        ({"problem": "model.problem.not_here"}, "without saying why"),
    ],
)
def test_the_end_of_a_download_is_said(
    open_page: OpenPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: dict[str, object],
    words: str,
) -> None:
    held = child(tmp_path, line)
    for module in (shared_model, model_fetch):
        monkeypatch.setattr(module, "fetching", lambda: held)
    held.start("owner/name")
    until(lambda: held.progress.state in ("done", "failed"))
    assert any(words in box for box in said(open_page("model")))


def test_home_leads_whoever_may_to_the_page(open_page: OpenPage, ward: Ward) -> None:
    def links(app: AppTest) -> list[str]:
        return [link.proto.label for link in app.get("page_link")]

    ward.enter("administrator")
    assert EN("home.model.open") in links(open_page("home"))
    ward.enter("nurse")
    assert EN("home.model.open") not in links(open_page("home"))


def test_the_start_of_the_server_begins_with_the_choice() -> None:
    put(current().data / choice.FILE, choice.content(Asked("/nowhere")))
    shared_model.start()
    until(lambda: shared_model.starter().status.state == "failed")
    assert shared_model.starter().status.name == "/nowhere"
    assert isinstance(shared_model.desk(), Desk) and isinstance(shared_model.starter(), Starter)
