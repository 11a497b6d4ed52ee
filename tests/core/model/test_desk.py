"""The desk: places, limits, owners, stop, what is found again; a real model where it matters."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from asking import LOAD, question
from transcripts import TRANSCRIPTS

from core.errors import AuscultError, NotStored
from core.model import desk as desks
from core.model.desk import Desk, Limits
from core.model.engine import Origin, Sink
from core.model.job import Ended, Through, View, from_json
from core.model.request import Request
from core.ui.gate import OrderGate

ANNA, BEN = "a" * 32, "b" * 32


class Slow:
    """An engine whose answers end when the test says so."""

    origin = Origin("slow", "1", "bf16")

    def __init__(self) -> None:
        self.asked: dict[str, Sink] = {}
        self.order: list[str] = []

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        self.asked[job] = sink
        self.order.append(job)
        sink.text("So far. ", 2)

    def stop(self, job: str) -> None:
        self.asked[job].end("stopped")

    def close(self) -> None:
        for sink in self.asked.values():
            sink.end("stopped")


class Kept(dict):
    """A store in memory; `over` holds what was handed over at an end."""

    def __init__(self) -> None:
        super().__init__()
        self.over: list[Ended] = []

    def done(self, ended: Ended) -> None:
        self.over.append(ended)

    def save(self, owner: str, job: str, said: dict) -> None:
        self[owner, job] = said

    def look(self, owner: str, job: str) -> dict | None:
        return self.get((owner, job))


@pytest.fixture
def slow() -> Slow:
    return Slow()


def desk_with(engine: object, **options: object) -> Desk:
    desk = Desk(**options)
    desk.open(engine)
    return desk


def until(desk: Desk, job: str, owner: str, done: Callable[[View], bool]) -> View:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        view = desk.find(job, owner)
        assert view is not None
        if done(view):
            return view
        time.sleep(0.02)
    raise AssertionError(view)


def test_without_a_model_every_question_is_answered_at_once() -> None:
    desk = Desk()
    assert desk.model is None
    view = desk.submit(question("Why?"), ANNA)
    assert (view.state, view.answer, view.active) == ("no_model", "", False)


def test_each_knows_its_place_and_the_first_come_is_the_first_served(slow: Slow) -> None:
    desk = desk_with(slow, limits=Limits(together=2, own=9))
    views = [desk.submit(question(str(n)), ANNA) for n in range(5)]
    assert [view.state for view in views] == ["running"] * 2 + ["queued"] * 3
    assert [desk.find(view.id, ANNA).place for view in views] == [0, 0, 0, 1, 2]
    slow.asked[views[1].id].end("finished")
    assert slow.order == [view.id for view in views[:3]]
    assert [desk.find(view.id, ANNA).place for view in views[3:]] == [0, 1]
    desk.stop(views[3].id, ANNA)
    assert desk.find(views[3].id, ANNA).state == "stopped"
    slow.asked[views[0].id].end("truncated")
    assert slow.order[-1] == views[4].id


def test_one_question_with_pictures_runs_at_a_time_and_text_passes_it(slow: Slow) -> None:
    from PIL import Image

    from core.model.request import Picture

    picture = Picture(Image.new("L", (4, 4)))
    desk = desk_with(slow, limits=Limits(together=3, own=9))
    one, two = (desk.submit(question(picture, "?"), ANNA) for _ in range(2))
    text = desk.submit(question("?"), ANNA)
    assert [view.state for view in (one, two, text)] == ["running", "queued", "running"]
    slow.asked[one.id].end("finished")
    assert desk.find(two.id, ANNA).state == "running"


def test_limits_refuse_with_a_sentence(slow: Slow) -> None:
    desk = desk_with(slow, limits=Limits(together=1, waiting=3, own=3))
    for _ in range(3):
        assert desk.submit(question("?"), ANNA).active
    refused = desk.submit(question("?"), ANNA)
    assert (refused.state, refused.problem) == ("failed", ("model.problem.own_limit", {"most": 3}))
    assert desk.submit(question("?"), BEN).state == "queued"
    refused = desk.submit(question("?"), BEN)
    assert refused.problem == ("model.problem.queue_full", {"most": 3})


def test_a_job_is_its_owners_alone(slow: Slow) -> None:
    desk = desk_with(slow)
    job = desk.submit(question("?"), ANNA).id
    assert desk.find(job, BEN) is None
    desk.stop(job, BEN)
    assert desk.find(job, ANNA).state == "running"
    assert desk.find("0" * 32, ANNA) is None


def test_what_was_answered_is_found_after_the_process_was_killed(slow: Slow) -> None:
    kept = Kept()
    desk = desk_with(slow, store=kept, limits=Limits(together=1))
    done, running, queued = (desk.submit(question("?"), ANNA).id for _ in range(3))
    slow.asked[done].end("finished")
    end = time.monotonic() + 10
    while kept[ANNA, running]["answer"] == "" and time.monotonic() < end:
        time.sleep(0.05)
    after = Desk(kept)  # another process: nothing in memory
    assert after.find(done, ANNA).state == "finished"
    assert after.find(running, ANNA).state == "interrupted"
    assert after.find(running, ANNA).answer == "So far."
    assert after.find(queued, ANNA).state == "interrupted"
    assert after.find(running, BEN) is None


def test_a_view_is_the_same_after_it_was_stored() -> None:
    view = View(
        "x", "test", "failed", "T", "A", "complete", 0, 3, 1.5, ("model.problem.full", {}),
        Origin("m", "r", "nf4", "host", {"do_sample": False}),
    )  # fmt: skip
    assert from_json(view.as_json()) == view


def test_only_what_passed_the_gate_is_shown(slow: Slow) -> None:
    class Shouting:
        def feed(self, text: str) -> str:
            return text.upper()

        def close(self) -> str:
            return "!"

        def cut(self) -> str:
            return "…"

    desk = desk_with(slow, gates=lambda request: Shouting())
    job = desk.submit(question("?"), ANNA).id
    slow.asked[job].text("<think>because", 5)
    slow.asked[job].text("</think>Yes", 6)
    slow.asked[job].end("finished")
    view = desk.find(job, ANNA)
    assert (view.thought, view.answer) == ("BECAUSE!", "SO FAR. YES!")


@pytest.mark.parametrize("how", ["stopped", "truncated", "failed"])
def test_half_a_sentence_of_an_answer_that_broke_off_is_not_shown(slow: Slow, how: str) -> None:
    desk = desk_with(slow, gates=lambda request: OrderGate())
    job = desk.submit(question("?"), ANNA).id
    slow.asked[job].text("The level rises. They may be combined", 9)
    slow.asked[job].end(how)
    assert desk.find(job, ANNA).answer == "So far. The level rises."


def test_an_ended_job_is_handed_over_once_with_what_the_model_really_wrote(slow: Slow) -> None:
    class Silent:
        def feed(self, text: str) -> str:
            return ""

        def close(self) -> str:
            return "held"

        def cut(self) -> str:
            return "held"

    kept, asked = Kept(), question("?")
    desk = desk_with(slow, store=kept, gates=lambda request: Silent(), limits=Limits(together=1))
    first, second = (desk.submit(asked, ANNA, person).id for person in ("p1", None))
    slow.asked[first].text("<think>because</think>Stop it.", 9)
    assert kept.over == []
    slow.asked[first].end("truncated")
    slow.asked[first].end("finished")
    desk.stop(second, ANNA)
    done, stopped = kept.over
    assert done.raw == "So far. <think>because</think>Stop it."
    assert (done.view.thought, done.view.answer, done.view.tokens) == ("held", "held", 9)
    assert (done.view.id, done.view.state, done.person) == (first, "truncated", "p1")
    assert done.request is asked and done.view.origin == Slow.origin
    assert done.asked < done.answered and done.first_s is not None
    assert 0 <= done.first_s <= done.view.seconds
    assert (stopped.view.id, stopped.view.state, stopped.person) == (second, "stopped", None)
    assert all("<think>" not in said["answer"] + said["thought"] for said in kept.values())


def test_a_job_that_was_stopped_in_the_queue_is_handed_over_without_a_text(slow: Slow) -> None:
    kept = Kept()
    desk = desk_with(slow, store=kept, limits=Limits(together=1))
    _, queued = (desk.submit(question("?"), ANNA).id for _ in range(2))
    desk.stop(queued, ANNA)
    (done,) = kept.over
    assert (done.raw, done.first_s, done.view.seconds) == ("", None, 0.0)
    assert done.waited_s > 0


def test_a_record_that_cannot_be_written_keeps_nobody_waiting(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(Kept):
        def done(self, ended: Ended) -> None:
            raise AuscultError("error.not_stored", "OSError 28")

    desk = desk_with(slow, store=Full(), limits=Limits(together=1))
    first, second = (desk.submit(question("?"), ANNA).id for _ in range(2))
    slow.asked[first].text("secret", 3)
    slow.asked[first].end("finished")
    assert [desk.find(job, ANNA).state for job in (first, second)] == ["finished", "running"]
    assert "OSError 28" in caplog.text and "secret" not in caplog.text


def test_closing_ends_every_job(slow: Slow) -> None:
    desk = desk_with(slow, limits=Limits(together=1))
    running, queued = (desk.submit(question("?"), ANNA).id for _ in range(2))
    desk.close()
    assert [desk.find(job, ANNA).state for job in (running, queued)] == ["stopped", "stopped"]
    assert desk.submit(question("?"), ANNA).state == "no_model"


def test_fifty_jobs_at_once_each_end_in_a_clear_state(loaded: object) -> None:
    from core.model.local.engine import LocalEngine

    desk = desk_with(LocalEngine(loaded, LOAD), limits=Limits(together=4, waiting=20, own=50))
    views: list[View] = []
    plain = TRANSCRIPTS["plain"]

    def ask() -> None:
        views.append(desk.submit(question(plain.question), ANNA))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [view for view in views if view.id]
    assert len(views) == 50 and 20 <= len(taken) < 50
    for view in taken:
        ended = until(desk, view.id, ANNA, lambda view: not view.active)
        assert (ended.state, ended.answer) == ("finished", plain.recital)
    desk.close()
    refused = [view for view in views if not view.id]
    assert {view.state for view in refused} == {"failed"}
    assert all(view.problem == ("model.problem.queue_full", {"most": 20}) for view in refused)


class Broken(Slow):
    """An engine that cannot even begin what is marked so."""

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        if request.purpose == "bad":
            raise ValueError("Cannot use chat template functions")
        Slow.ask(self, job, request, sink)


def bad() -> Request:
    return replace(question("?"), purpose="bad")


def test_a_question_that_breaks_the_engine_fails_and_the_next_is_answered() -> None:
    desk = desk_with(Broken(), limits=Limits(together=1))
    failed = desk.submit(bad(), ANNA)
    assert (failed.state, failed.problem) == ("failed", ("model.problem.broke", {}))
    assert desk.submit(question("?"), ANNA).state == "running"


def test_questions_that_break_the_engine_do_not_break_who_ends_the_one_before() -> None:
    engine = Broken()
    desk = desk_with(engine, limits=Limits(together=1, own=9))
    views = [desk.submit(asked, ANNA) for asked in (question("?"), bad(), bad(), question("?"))]
    engine.asked[views[0].id].end("finished")
    states = [desk.find(view.id, ANNA).state for view in views]
    assert states == ["finished", "failed", "failed", "running"]


class Torn:
    """A gate that fails."""

    def feed(self, text: str) -> str:
        return ""

    def close(self) -> str:
        raise RecursionError("secret words")

    def cut(self) -> str:
        raise RecursionError("secret words")


def test_a_gate_that_fails_ends_its_job_and_nothing_else(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept()
    gates: list[object] = [Torn(), Torn(), Through(), Through()]
    desk = desk_with(
        slow, store=kept, gates=lambda request: gates.pop(0), limits=Limits(together=1)
    )
    first, second = (desk.submit(question("?"), ANNA).id for _ in range(2))
    slow.asked[first].end("finished")
    view = desk.find(first, ANNA)
    assert (view.state, view.answer) == ("failed", "")
    assert view.problem == ("model.problem.broke", {})
    assert desk.find(second, ANNA).state == "running"
    assert kept[ANNA, first]["state"] == "failed" and [done.view.id for done in kept.over] == [
        first
    ]
    assert "RecursionError" in caplog.text and "secret" not in caplog.text


def test_a_full_disk_keeps_no_question_from_being_answered(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(Kept):
        def save(self, owner: str, job: str, said: dict) -> None:
            raise NotStored("error.not_stored", "OSError 28")

    desk = desk_with(slow, store=Full())
    view = desk.submit(question("?"), ANNA)
    assert view.state == "running" and slow.order == [view.id]
    assert "OSError 28" in caplog.text


def test_a_store_that_fails_in_any_way_ends_neither_the_saver_nor_the_line(
    slow: Slow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Torn(Kept):
        def save(self, owner: str, job: str, said: dict) -> None:
            if said["state"] != "queued":
                Kept.save(self, owner, job, said)
                raise UnicodeEncodeError("utf-8", "secret", 0, 1, "surrogates not allowed")

        def done(self, ended: Ended) -> None:
            Kept.done(self, ended)
            raise KeyError("secret")

    monkeypatch.setattr(desks, "SAVE_S", 0.01)
    kept = Torn()
    desk = desk_with(slow, store=kept, limits=Limits(together=1))
    first, second = (desk.submit(question("?"), ANNA).id for _ in range(2))
    for job in (first, second):
        met(lambda job=job: kept.get((ANNA, job), {}).get("state") == "running")
        slow.asked[job].end("finished")
    assert [done.view.id for done in kept.over] == [first, second]
    assert "UnicodeEncodeError" in caplog.text and "KeyError" in caplog.text
    assert "secret" not in caplog.text


def met(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_half_a_character_is_never_in_what_was_said(slow: Slow) -> None:
    kept = Kept()
    desk = desk_with(slow, store=kept)
    job = desk.submit(question("?"), ANNA).id
    slow.asked[job].text("Yes \ud83d no.", 4)
    slow.asked[job].end("finished")
    assert desk.find(job, ANNA).answer == "So far. Yes \ufffd no."
    assert kept.over[0].raw == "So far. Yes \ufffd no."


def test_a_stop_while_the_question_is_still_read_is_heard(slow: Slow) -> None:
    reading, go_on = threading.Event(), threading.Event()

    class Reading(Slow):
        def ask(self, job: str, request: Request, sink: Sink) -> None:
            reading.set()
            assert go_on.wait(10)
            Slow.ask(self, job, request, sink)

        def stop(self, job: str) -> None:
            self.stopped = job in self.asked

    engine = Reading()
    desk = desk_with(engine)
    asking = threading.Thread(target=desk.submit, args=(question("?"), ANNA))
    asking.start()
    assert reading.wait(10)
    (job,) = desk._jobs
    desk.stop(job, ANNA)
    assert desk.find(job, ANNA).state == "stopped"
    go_on.set()
    asking.join(10)
    assert engine.stopped, "the engine goes on for nobody"
    assert desk.find(job, ANNA).state == "stopped"


def test_a_question_never_meets_a_model_that_came_after_it(slow: Slow) -> None:
    desk, later = desk_with(slow), Slow()
    found = desk._next

    def swapped() -> object:
        desk._next = found
        job = found()
        desk.open(later)
        return job

    desk._next = swapped
    job = desk.submit(question("?"), ANNA)
    assert later.order == [] and desk.find(job.id, ANNA).state == "stopped"
    assert desk.submit(question("?"), ANNA).state == "running" and len(later.order) == 1


def test_what_a_model_really_wrote_does_not_stay_in_memory(slow: Slow) -> None:
    kept = Kept()
    desk = desk_with(slow, store=kept)
    job = desk.submit(question("?"), ANNA).id
    slow.asked[job].text("<think>secret</think>Yes.", 9)
    slow.asked[job].end("finished")
    view = desk.find(job, ANNA)
    assert "secret" in kept.over[0].raw
    assert (view.thought, view.thought_state) == ("secret", "complete")
    held = desk._jobs[job]
    assert held.raw == [] and held.gates == {} and held._parser.parsed().thought == ""


def test_old_jobs_leave_the_memory_without_a_new_question(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "SAVE_S", 0.01)
    monkeypatch.setattr(desks, "KEPT_S", 0.0)
    desk = desk_with(slow)
    job = desk.submit(question("?"), ANNA).id
    slow.asked[job].end("finished")
    met(lambda: job not in desk._jobs)
