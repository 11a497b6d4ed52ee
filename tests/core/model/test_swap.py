"""Load, unload and load again in one process: jobs end as stopped, memory is given back."""

import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from asking import LOAD, question
from transcripts import TRANSCRIPTS, tiny

from core.model import machine
from core.model.checkpoint import read_checkpoint
from core.model.desk import Desk
from core.model.job import View
from core.model.looking import look
from core.model.problems import ModelProblem
from core.model.spec import Memory, with_given_back
from core.model.starting import Asked, Starter, Status

ANNA = "a" * 32
PLENTY = Memory(cpu=64 * 2**30)
T = TypeVar("T")


def until(get: Callable[[], T], done: Callable[[T], bool]) -> T:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        value = get()
        if done(value):
            return value
        time.sleep(0.02)
    raise AssertionError(value)


def ended(starter: Starter) -> Status:
    return until(lambda: starter.status, lambda s: s.state in ("ready", "failed"))


def seen(desk: Desk, job: str, done: Callable[[View], bool]) -> View:
    return until(lambda: desk.find(job, ANNA), lambda view: view is not None and done(view))


def weights_of(desk: Desk) -> weakref.ref:
    engine = desk._engine
    return weakref.ref(engine._loaded.model.get_input_embeddings().weight)


def running(desk: Desk, which: str) -> View:
    """A job in mid-answer; one that ended before anybody looked is asked again."""
    for _ in range(9):
        view = desk.submit(question(TRANSCRIPTS[which].question), ANNA)
        assert view.id
        found = seen(desk, view.id, lambda v: bool(v.thought or v.answer) or not v.active)
        if found.state == "running":
            return found
    raise AssertionError("every answer ended before it was seen")


def test_a_model_is_loaded_given_back_and_loaded_again_while_somebody_asks() -> None:
    desk, told = Desk(), []
    starter = Starter(desk, LOAD)
    asked = Asked(str(tiny()))
    for turn in (1, 2):
        assert starter.start(asked, told.append)
        assert not starter.start(asked), "one at a time"
        assert ended(starter).state == "ready"
        weights = weights_of(desk)
        job = running(desk, "loop")
        assert desk.activity.running == 1
        assert starter.end()
        after = desk.find(job.id, ANNA)
        assert after is not None and after.state == "stopped"
        assert after.answer and TRANSCRIPTS["loop"].recital.startswith(after.answer)
        assert (desk.model, desk.activity.running, starter.status) == (None, 0, Status())
        assert weights() is None, "nothing holds the weights any more"
        assert desk.submit(question("Why?"), ANNA).state == "no_model"
        assert told == [asked] * turn


def test_another_model_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    desk = Desk()
    starter = Starter(desk, LOAD)
    other = tmp_path / "other"
    other.symlink_to(tiny())
    starter.start(Asked(str(tiny())))
    assert ended(starter).state == "ready"
    weights, job = weights_of(desk), running(desk, "loop")
    starter.start(Asked(str(other)))
    assert ended(starter).name == "other"
    assert weights() is None
    after = seen(desk, job.id, lambda v: not v.active)
    assert (after.state, after.origin and after.origin.model) == ("stopped", tiny().name)
    view = desk.submit(question(TRANSCRIPTS["plain"].question), ANNA)
    answer = seen(desk, view.id, lambda v: not v.active)
    assert (answer.state, answer.origin and answer.origin.model) == ("finished", "other")
    assert 0 < answer.first_s <= answer.seconds
    assert desk.activity.pace.answers == 1 and desk.activity.pace.speed
    assert starter.end()


def test_one_that_cannot_be_loaded_is_said_and_holds_nothing(tmp_path: Path) -> None:
    desk, told = Desk(), []
    starter = Starter(desk, LOAD)
    starter.start(Asked(str(tmp_path)), told.append)
    failed = ended(starter)
    assert failed.problem is not None and failed.problem.key == "model.problem.no_config"
    assert failed.problem.__traceback__ is failed.problem.__cause__ is None
    assert told == [] and desk.model is None
    assert starter.start(Asked(str(tiny())))
    assert ended(starter).state == "ready"
    assert starter.end()


def test_a_look_tells_what_it_is_and_what_it_needs_without_loading() -> None:
    found = look(str(tiny()), "auto", PLENTY, LOAD)
    assert found.checkpoint == read_checkpoint(tiny())
    assert [(fit.precision, fit.device) for fit in found.fits] == [
        ("bf16", "cpu"),
        ("int8", "cpu"),
        ("nf4", "cpu"),
    ]
    assert found.decision is not None and found.problem is None
    total = found.fits[0].estimate.total
    tight = look(str(tiny()), "auto", Memory(cpu=total - 1), LOAD)
    assert tight.decision is None and tight.problem is not None
    assert tight.fits[0].device is None and tight.fits[-1].device == "cpu"
    on_gpu = look(str(tiny()), "auto", Memory(0, total, "L4", (8, 9)), LOAD)
    assert [fit.device for fit in on_gpu.fits] == ["cuda"] * 3


def test_what_a_loaded_model_gives_back_counts_as_free() -> None:
    decision = look(str(tiny()), "bf16", PLENTY, LOAD).decision
    assert decision is not None
    weights = decision.estimate.weights
    assert with_given_back(Memory(5), None) == Memory(5)
    assert with_given_back(Memory(5), decision) == Memory(5 + weights)


@pytest.mark.parametrize("name", ["x" * 5000, "nobody/has-this", "a b/c", "~nobody-here/x"])
def test_a_name_of_nothing_is_refused_in_words(name: str) -> None:
    with pytest.raises(ModelProblem) as problem:
        look(name, "auto", machine.memory())
    assert problem.value.key in ("model.problem.folder", "model.problem.not_here")
