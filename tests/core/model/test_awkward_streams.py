"""Servers that do not keep to their words: every stream ends in a clear state, and soon."""

import threading
import time
from collections.abc import Callable

import pytest
from asking import Heard, heard_from, question
from scripted import Handler, Script, answer

from core.model.remote import RemoteEngine, Server
from core.model.thought import Parsed, parse

Serve = Callable[[Script], Server]
DONE = b"data: [DONE]\n\n"


def test_thought_tags_in_the_text_may_be_cut_anywhere(serve: Serve) -> None:
    def cut(handler: Handler, n: int) -> None:
        handler.start()
        for piece in ("<unus", "ed94>thou", "ght\nCYP3", "A4.<unused", "95", ">Levels", " rise."):
            handler.piece(content=piece)
        handler.piece("stop")
        handler.line(DONE)

    heard = heard_from(serve(cut))
    assert parse(heard.pieces) == Parsed("CYP3A4.", "Levels rise.", "complete")


def test_a_character_may_be_cut_too_and_half_of_one_is_replaced(serve: Serve) -> None:
    def cut(handler: Handler, n: int) -> None:
        handler.start()
        for piece in ("One \ud83d", "\ude00 two \ude00", " three \ud83d", " four"):
            handler.piece(content=piece)
        handler.piece("stop", content=".\ud83d")
        handler.line(DONE)

    heard = heard_from(serve(cut))
    assert "".join(heard.pieces) == "One \U0001f600 two \ufffd three \ufffd four."
    assert heard.how == ["finished"]


def test_half_a_character_does_not_go_from_the_thought_into_the_answer(serve: Serve) -> None:
    def cut(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece(reasoning="CYP \ud83d")
        handler.piece("stop", content="\ude00 Yes.")
        handler.line(DONE)

    heard = heard_from(serve(cut))
    assert parse(heard.pieces) == Parsed("CYP \ufffd", "\ufffd Yes.", "complete")


def test_a_thought_that_never_ends_is_told_from_an_answer(serve: Serve) -> None:
    def cut(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece(reasoning="CYP")
        handler.piece("length", reasoning="3A4")
        handler.line(DONE)

    heard = heard_from(serve(cut))
    assert heard.how == ["truncated"]
    assert parse(heard.pieces) == Parsed("CYP3A4", "", "truncated")


ODD = {
    "no choices": b'data: {"choices": []}\n\n',
    "choices are null": b'data: {"choices": null}\n\n',
    "nothing in it": b"data: {}\n\n",
    "a list": b"data: [1, 2]\n\n",
    "a string": b'data: "x"\n\n',
    "a number as choice": b'data: {"choices": [5]}\n\n',
    "no delta": b'data: {"choices": [{"index": 0}]}\n\n',
    "a number as text": b'data: {"choices": [{"index": 0, "delta": {"content": 5}}]}\n\n',
    "a list as text": b'data: {"choices": [{"delta": {"content": [{"text": "x"}]}}]}\n\n',
    "a sign of life": b": still here\n\n",
    "another event": b"event: ping\ndata: {}\n\n",
    "usage only": b'data: {"choices": [], "usage": {"total_tokens": 5}}\n\n',
    "line ends of Windows": b'data: {"choices": []}\r\n\r\n',
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_changes_nothing(serve: Serve, odd: str) -> None:
    def between(handler: Handler, n: int) -> None:
        handler.start()
        handler.line(ODD[odd])
        handler.piece(content="Levels ")
        handler.line(ODD[odd])
        handler.piece("stop", content="rise.")
        handler.line(ODD[odd])
        handler.line(DONE)

    heard = heard_from(serve(between))
    assert (heard.how, "".join(heard.pieces)) == (["finished"], "Levels rise.")


def test_an_answer_with_its_end_needs_no_done(serve: Serve) -> None:
    def quiet(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece("stop", content="Yes.")

    assert heard_from(serve(quiet)).how == ["finished"]


def test_an_answer_without_its_end_is_not_taken_for_whole(serve: Serve) -> None:
    def unfinished(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece(content="Half")
        handler.line(DONE)

    heard = heard_from(serve(unfinished))
    assert heard.how == ["failed"] and heard.problem.key == "model.server.broke_off"
    assert "".join(heard.pieces) == "Half"


NO_ANSWER: dict[str, tuple[str, bytes, str]] = {
    "nothing at all": ("text/event-stream", b"", "model.server.garbage"),
    "only its end": ("text/event-stream", DONE, "model.server.garbage"),
    "a web page": ("text/html", b"<html>Please sign in</html>", "model.server.garbage"),
    "an answer in one piece": (
        "application/json",
        b'{"choices": [{"message": {"content": "Yes."}}]}',
        "model.server.garbage",
    ),
    "no UTF-8": ("text/event-stream", b'data: {"choices": "\xff\xfe"}\n\n', "model.server.garbage"),
    "a fault, told in the stream": (
        "text/event-stream",
        b'data: {"error": {"message": "secret-key and stack"}}\n\n',
        "model.server.error",
    ),
    "a fault, told as a word": (
        "text/event-stream",
        b'data: {"error": "CUDA error"}\n\n',
        "model.server.error",
    ),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_a_reply_without_an_answer_has_its_sentence(serve: Serve, name: str) -> None:
    kind, body, key = NO_ANSWER[name]

    def reply(handler: Handler, n: int) -> None:
        handler.start(kind=kind)
        handler.line(body)

    heard = heard_from(serve(reply))
    assert (heard.how, heard.problem.key, heard.pieces) == (["failed"], key, [])
    assert "secret" not in str(heard.problem)


def test_a_busy_server_is_not_asked_again_and_a_fault_after_words_neither(serve: Serve) -> None:
    tries: list[int] = []

    def fault(handler: Handler, n: int) -> None:
        tries.append(n)
        handler.start()
        handler.piece(content="Half")
        handler.line(b'data: {"error": "CUDA error"}\n\n')

    heard = heard_from(serve(fault))
    assert heard.problem.key == "model.server.broke_off" and tries == [1]


@pytest.mark.parametrize("blank", [b"", b"\n"])
def test_an_event_without_end_is_given_up(serve: Serve, blank: bytes) -> None:
    sent: list[int] = []

    def endless(handler: Handler, n: int) -> None:
        handler.start()
        for _ in range(1000):
            try:
                handler.line(b"data: " + b"x" * 65536 + blank)
            except OSError:
                break
            sent.append(65536)

    heard = heard_from(serve(endless))
    assert heard.how == ["failed"] and heard.problem.key == "model.server.garbage"
    assert sum(sent) < 40 * 2**20


def test_one_enormous_word_is_cut_where_no_budget_reaches(serve: Serve) -> None:
    def enormous(handler: Handler, n: int) -> None:
        handler.start()
        handler.piece("stop", content="x" * 500_000)

    heard = heard_from(serve(enormous), budget=100)
    assert heard.how == ["truncated"] and len("".join(heard.pieces)) == 6400


def test_a_server_that_knows_no_budget_is_stopped_at_it(serve: Serve) -> None:
    ended = threading.Event()

    def endless(handler: Handler, n: int) -> None:
        handler.start()
        for _ in range(100_000):
            try:
                handler.piece(content="and ")
            except OSError:
                break
        else:
            return
        ended.set()

    heard = heard_from(serve(endless), budget=50)
    assert heard.how == ["truncated"] and heard.tokens == 100
    assert ended.wait(5), "the server was left to go on"


def test_an_answer_ends_with_its_time(serve: Serve) -> None:
    def slow(handler: Handler, n: int) -> None:
        handler.start()
        for _ in range(200):
            try:
                handler.piece(content="and ")
            except OSError:
                return
            time.sleep(0.05)

    heard = heard_from(serve(slow), longest_s=0.5)
    assert heard.how == ["truncated"] and 2 < heard.tokens < 60


@pytest.mark.parametrize("begun", [True, False])
def test_signs_of_life_are_no_answer(serve: Serve, begun: bool) -> None:
    def alive(handler: Handler, n: int) -> None:
        handler.start()
        if begun:
            handler.piece(content="Half")
        for _ in range(200):
            try:
                handler.line(b": ping\n\n")
            except OSError:
                return
            time.sleep(0.05)

    began = time.monotonic()
    heard = heard_from(serve(alive), silent_s=0.5)
    assert heard.problem.key == ("model.server.broke_off" if begun else "model.server.silent")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("headers", [True, False])
def test_a_server_hears_of_a_stop_before_it_said_a_word(serve: Serve, headers: bool) -> None:
    asked, left = threading.Event(), threading.Event()

    def thinking(handler: Handler, n: int) -> None:
        if headers:
            handler.start()
        asked.set()
        if handler.left(5):
            left.set()

    engine, heard = RemoteEngine(serve(thinking)), Heard()
    engine.ask("job", question("Why?"), heard)
    assert asked.wait(10)
    began = time.monotonic()
    engine.stop("job")
    assert left.wait(1), "the server goes on for nobody"
    assert time.monotonic() - began < 1 and heard.how == ["stopped"]


def test_many_at_once_each_get_their_own_words(serve: Serve) -> None:
    def echo(handler: Handler, n: int) -> None:
        handler.start()
        for piece in ("Number ", str(n), "."):
            handler.piece(content=piece)
        handler.piece("stop")

    engine = RemoteEngine(serve(echo))
    heard = [Heard() for _ in range(12)]
    for n, one in enumerate(heard):
        engine.ask(str(n), question("Why?"), one)
    texts = [one.wait() for one in heard]
    assert sorted(texts) == sorted(f"Number {n}." for n in range(1, 13))
    engine.close()


def test_a_megabyte_of_text_is_sent_whole(serve: Serve) -> None:
    read: list[int] = []

    def measure(handler: Handler, n: int) -> None:
        read.append(len(handler.asked[-1]["messages"][-1]["content"]))
        answer(handler, n)

    engine, heard = RemoteEngine(serve(measure)), Heard()
    engine.ask("job", question("word " * 200_000, thinking=False), heard)
    heard.wait()
    assert heard.how == ["finished"] and read == [1_000_000]
    engine.close()
