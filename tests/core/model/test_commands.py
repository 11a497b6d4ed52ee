"""The command line of the parser, as another program would use it."""

import json
import subprocess
import sys

import pytest

from core.settings import ROOT

LINES = [
    ({"chunks": ["<unused94>thou", "ght\nA<unus", "ed95>B"]}, ("A", "B", "complete")),
    ({"chunks": ["B"]}, ("", "B", "none")),
    ({"chunks": ["<think>A"]}, ("A", "", "truncated")),
    ({"chunks": []}, ("", "", "none")),
]


@pytest.mark.parametrize("page", ["model parse", "safety orders"])
def test_every_line_is_answered_in_its_order(page: str) -> None:
    bad = ["nonsense", "[1]", '{"chunks": [1]}', ""]
    given = [json.dumps(line) for line, _ in LINES] + bad
    done = subprocess.run(
        [sys.executable, "-m", "core", *page.split(), "--jsonl"],
        input="\n".join(given) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(given)
    if page == "model parse":
        texts = [(line["thought"], line["answer"], line["state"]) for line in said]
        assert texts[: len(LINES)] == [expected for _, expected in LINES]
        problems = [line["error"] for line in said[len(LINES) :]]
        assert problems == ["not_json", "no_chunks", "no_chunks", "not_json"]
    else:
        assert {line["order"] for line in said} == {None}
