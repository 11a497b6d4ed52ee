"""Thought and answer told apart, however the stream is cut."""

import random

import pytest

from core.model.thought import CLOSING, OPENING, Parsed, ThoughtParser, parse

CASES = {
    "Take care.": Parsed("", "Take care.", "none"),
    "<unused94>thought\nA, then B.<unused95>So C.": Parsed("A, then B.", "So C.", "complete"),
    "<unused94>thought\r\nA<unused95>\n\nC\n": Parsed("A", "C", "complete"),
    "<unused94>thought\nA goes on": Parsed("A goes on", "", "truncated"),
    "<unused94>": Parsed("", "", "truncated"),
    "<unused94><unused95>Hi": Parsed("", "Hi", "none"),
    "<unused94>thought<unused95>Hi": Parsed("", "Hi", "none"),
    "<unused94>thoughtful words<unused95>Hi": Parsed("thoughtful words", "Hi", "complete"),
    "<unused94>thou shalt<unused95>Hi": Parsed("thou shalt", "Hi", "complete"),
    "<unused94>A<unused95>B<unused94>thought\nC<unused95>D": Parsed("A\n\nC", "BD", "complete"),
    "<unused94>A<unused95>B<unused94>thought\nC": Parsed("A\n\nC", "B", "truncated"),
    "<unused94>A<unused94>thought\nB<unused95>C": Parsed("A\n\nB", "C", "complete"),
    "<unused95>C": Parsed("", "C", "none"),
    "<thought>A</thought>B": Parsed("A", "B", "complete"),
    "<think>\nthought\nA</think>B": Parsed("thought\nA", "B", "complete"),
    "<THINK>A</Think>B": Parsed("A", "B", "complete"),
    "p <0.05 and a<b": Parsed("", "p <0.05 and a<b", "none"),
    "if p <": Parsed("", "if p <", "none"),
    "cut <unus": Parsed("", "cut", "none"),
    "<think>A</thi": Parsed("A", "", "truncated"),
    "": Parsed("", "", "none"),
}


@pytest.mark.parametrize("text", CASES)
def test_thought_and_answer_are_the_same_however_the_stream_is_cut(text: str) -> None:
    assert parse([text]) == CASES[text]
    assert parse(list(text)) == CASES[text]
    drawn = random.Random(len(text))
    for _ in range(200):
        cuts = sorted(drawn.choices(range(len(text) + 1), k=drawn.randint(0, 6)))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert parse(pieces) == CASES[text], pieces


def test_what_is_given_out_while_streaming_only_grows_and_holds_no_marker() -> None:
    text = "<unused94>thought\nOne.\nTwo.<unused95>Three < four.<think>Five</think> Six"
    parser, before = ThoughtParser(), Parsed("", "", "none")
    for char in text:
        parser.feed(char)
        now = parser.parsed()
        assert now.thought.startswith(before.thought) and now.answer.startswith(before.answer)
        assert not any(marker in now.thought + now.answer for marker in (*OPENING, *CLOSING))
        before = now
    parser.close()
    assert parser.parsed() == Parsed("One.\nTwo.\n\nFive", "Three < four. Six", "complete")


def test_pieces_in_their_order_make_up_both_texts() -> None:
    parser = ThoughtParser()
    text = "<unused94>thought\nOne.<unused95>Two.<think>Three.</think> Four"
    pieces = [piece for char in text for piece in parser.feed(char)] + parser.close()
    kinds = [kind for kind, _ in pieces]
    assert kinds.index("answer") > 0 and kinds[0] == "thought" and kinds[-1] == "answer"
    joined = {k: "".join(t for kind, t in pieces if kind == k) for k in ("thought", "answer")}
    assert joined == {"thought": "One.\n\nThree.", "answer": "Two. Four"}
