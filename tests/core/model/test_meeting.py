"""A server is met before it takes the place of another: its key, silence, list of models."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted import Handler, Script, answer, listed

from core.model import meeting
from core.model.desk import Desk
from core.model.meeting import meet
from core.model.problems import ModelProblem
from core.model.remote import Server
from core.model.starting import Asked, Starter, Status

Serve = Callable[..., Server]


def offering(*names: str) -> Script:
    def listing(handler: Handler, _: int) -> None:
        models = [{"id": name, "object": "model", "created": 1} for name in names]
        handler.start(kind="application/json")
        handler.line(json.dumps({"object": "list", "data": models}).encode())

    return listing


def ended(starter: Starter, asked: Asked) -> Status:
    assert starter.start(asked)
    end = time.monotonic() + 30
    while starter.status.state in ("looking", "loading"):
        assert time.monotonic() < end
        time.sleep(0.01)
    return starter.status


@pytest.mark.parametrize(
    ("model", "offered", "asked"),
    [
        ("", ("a", "b"), "a"),
        ("b", ("a", "b"), "b"),
        ("b", (), "b"),
        ("/srv/medgemma", ("org/other",), "/srv/medgemma"),
        ("D:\\models\\medgemma", ("org/other",), "D:\\models\\medgemma"),
    ],
)
def test_the_name_to_ask_by(serve: Serve, model: str, offered: tuple[str, ...], asked: str) -> None:
    engine, listed = meet(serve(answer, offering(*offered)).url, model, None)
    assert (engine.origin.model, listed) == (asked, offered)


@pytest.mark.parametrize(
    ("model", "offered", "key"),
    [
        ("", (), "model.server.no_models"),
        ("c", ("a", "b"), "model.server.no_such_model"),
        ("org/c", ("a", "b"), "model.server.no_such_model"),
    ],
)
def test_a_name_that_cannot_be_asked_by(
    serve: Serve, model: str, offered: tuple[str, ...], key: str
) -> None:
    with pytest.raises(ModelProblem) as refused:
        meet(serve(answer, offering(*offered)).url, model, None)
    assert refused.value.key == key


def test_a_silent_server_is_given_up_soon(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meeting.ANSWER_S <= 10
    monkeypatch.setattr(meeting, "ANSWER_S", 0.3)
    began = time.monotonic()
    with pytest.raises(ModelProblem) as refused:
        meet(serve(answer, lambda handler, n: time.sleep(3)).url, "m", None)
    assert refused.value.key == "model.server.silent" and time.monotonic() - began < 2


def locked(handler: Handler, n: int) -> None:
    if handler.headers["Authorization"] == "Bearer right-key":
        listed(handler, n)
    else:
        handler.start(401, "application/json")
        handler.line(b"{}")


def test_the_model_before_goes_on_until_the_new_one_was_met(serve: Serve, tmp_path: Path) -> None:
    desk = Desk()
    starter = Starter(desk)
    before = ended(starter, Asked(server=serve(answer, offering("before")).url))
    assert (before.state, desk.model) == ("ready", "before")
    (tmp_path / "wrong").write_text("wrong-key")
    (tmp_path / "right").write_text("right-key")
    guarded = serve(answer, locked).url
    for asked, key in (
        (Asked(server="http://127.0.0.1:9/v1"), "model.server.away"),
        (Asked(server=guarded, key_file=tmp_path / "wrong"), "model.server.key"),
        (Asked(server=guarded, key_file=tmp_path / "none"), "model.server.key_file"),
        (Asked(str(tmp_path)), "model.problem.no_config"),
        (Asked(str(tmp_path / "none")), "model.problem.folder"),
    ):
        after = ended(starter, asked)
        assert (after.state, after.name, desk.model) == ("ready", "before", "before")
        assert after.problem is not None and after.problem.key == key
    after = ended(starter, Asked(server=guarded, key_file=tmp_path / "right"))
    assert (after.state, after.problem, desk.model) == ("ready", None, "m")
    assert starter.end()
    gone = ended(starter, Asked(server="http://127.0.0.1:9/v1"))
    assert (gone.state, desk.model) == ("failed", None)
