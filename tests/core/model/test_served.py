"""The remote engine and the desk against a real server process: transformers serve, offline."""

import time
from collections.abc import Callable, Iterator

import pytest
from asking import Heard, question
from PIL import Image
from serving_process import ModelServer
from transcripts import TRANSCRIPTS

from core.model.desk import Desk, Limits
from core.model.job import View
from core.model.problems import ModelProblem
from core.model.remote import RemoteEngine, Server
from core.model.request import Picture
from core.model.starting import Asked, Starter
from core.model.thought import Parsed, parse

ANNA, BEN = "a" * 32, "b" * 32
RED = Picture(Image.new("RGB", (30, 60), (200, 10, 10)))
GREY = Picture(Image.new("L", (60, 30), 90))


@pytest.fixture
def remote(served: ModelServer) -> Iterator[RemoteEngine]:
    engine = RemoteEngine(Server(served.url, served.model))
    yield engine
    engine.close()


def heard(engine: RemoteEngine, *parts: str | Picture, budget: int = 500) -> Heard:
    one = Heard()
    engine.ask("job", question(*parts, budget=budget), one)
    one.wait()
    return one


def until(desk: Desk, job: str, owner: str, done: Callable[[View], bool]) -> View:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        view = desk.find(job, owner)
        assert view is not None
        if done(view):
            return view
        time.sleep(0.02)
    raise AssertionError(view)


def ended(desk: Desk, job: str, owner: str) -> View:
    return until(desk, job, owner, lambda view: not view.active)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_question_is_answered_piece_by_piece(remote: RemoteEngine, name: str) -> None:
    one = heard(remote, TRANSCRIPTS[name].question)
    assert one.how == ["finished"] and len(one.pieces) > 5
    assert parse(one.pieces) == parse([TRANSCRIPTS[name].recital])


def test_thought_and_answer_are_told_apart_at_the_desk(remote: RemoteEngine) -> None:
    desk = Desk()
    desk.open(remote)
    job = desk.submit(question(TRANSCRIPTS["mechanism"].question), ANNA)
    half = until(desk, job.id, ANNA, lambda view: view.thought != "" and view.answer == "")
    assert half.active and half.thought_state == "truncated"
    whole = ended(desk, job.id, ANNA)
    expected = parse([TRANSCRIPTS["mechanism"].recital])
    assert Parsed(whole.thought, whole.answer, whole.thought_state) == expected
    assert whole.state == "finished" and whole.origin.host == remote.origin.host


def test_pictures_arrive_and_count(remote: RemoteEngine) -> None:
    one, other = (heard(remote, p, "Say hello.", budget=20) for p in (RED, GREY))
    assert one.how == other.how == ["truncated"] and 10 < one.tokens <= 20
    assert "".join(one.pieces) != "".join(other.pieces)


def test_stop_is_said_within_a_second_and_frees_the_server(remote: RemoteEngine) -> None:
    one = Heard()
    remote.ask("long", question("Tell me more.", budget=4000), one)
    assert one.begun.wait(30)
    began = time.monotonic()
    remote.stop("long")
    one.wait()
    assert one.how == ["stopped"] and time.monotonic() - began < 1
    # The server answers one after the other: it is free again well before 4000 tokens.
    assert heard(remote, TRANSCRIPTS["plain"].question).how == ["finished"]
    assert time.monotonic() - began < 10


def test_several_at_once_get_their_own_answers(remote: RemoteEngine) -> None:
    desk = Desk(limits=Limits(together=4, own=9))
    desk.open(remote)
    asked = [
        (owner, name, desk.submit(question(TRANSCRIPTS[name].question), owner).id)
        for owner in (ANNA, BEN)
        for name in ("chinese", "plain", "order")
    ]
    for owner, name, job in asked:
        view = ended(desk, job, owner)
        expected = parse([TRANSCRIPTS[name].recital])
        assert (view.state, view.thought, view.answer) == (
            "finished",
            expected.thought,
            expected.answer,
        )


def test_a_model_that_is_not_there_is_said(served: ModelServer) -> None:
    one = heard(RemoteEngine(Server(served.url, "another")), "Why?")
    assert one.how == ["failed"] and one.problem.key == "model.server.refused"


def test_a_server_that_lists_nothing_is_asked_by_the_name_that_was_given(
    served: ModelServer,
) -> None:
    for name, state in ((served.model, "ready"), ("", "failed")):
        desk = Desk()
        starter = Starter(desk)
        starter.start(Asked(server=served.url, server_model=name))
        end = time.monotonic() + 30
        while starter.status.state not in ("ready", "failed") and time.monotonic() < end:
            time.sleep(0.02)
        assert starter.status.state == state, starter.status
        if state == "failed":
            assert starter.status.problem.key == "model.server.no_models"
        else:
            job = desk.submit(question(TRANSCRIPTS["plain"].question), ANNA)
            assert ended(desk, job.id, ANNA).answer == TRANSCRIPTS["plain"].recital


def test_a_killed_server_leaves_what_it_said_and_is_asked_again_when_it_is_back(
    served: ModelServer, remote: RemoteEngine
) -> None:
    desk = Desk()
    desk.open(remote)
    job = desk.submit(question(TRANSCRIPTS["mechanism"].question), ANNA)
    said = until(desk, job.id, ANNA, lambda view: len(view.thought) > 20).thought
    served.kill()
    view = ended(desk, job.id, ANNA)
    assert (view.state, view.problem) == ("failed", ("model.server.broke_off", {}))
    recited = parse([TRANSCRIPTS["mechanism"].recital]).thought
    assert recited.startswith(view.thought) and view.thought.startswith(said)
    gone = desk.submit(question(TRANSCRIPTS["plain"].question), ANNA)
    assert ended(desk, gone.id, ANNA).problem == ("model.server.away", {})
    with pytest.raises(ModelProblem) as away:
        remote.models()
    assert away.value.key == "model.server.away"
    served.start()
    back = desk.submit(question(TRANSCRIPTS["plain"].question), ANNA)
    assert ended(desk, back.id, ANNA).answer == TRANSCRIPTS["plain"].recital
