"""How fast the model of now answers, by its answers so far, and what that says of a waiting one.

Knows: counts and seconds. Does not know: prompts; a long question takes longer than this says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Answers since a model was opened: how many, their tokens, the seconds they took."""

    answers: int = 0
    tokens: int = 0
    seconds: float = 0.0

    @property
    def speed(self) -> float | None:
        """Tokens a second of one answer, the wait for its first token included."""
        return self.tokens / self.seconds if self.tokens and self.seconds > 0 else None

    def with_answer(self, tokens: int, seconds: float) -> "Pace":
        """With one more; an answer without a token tells nothing."""
        if not tokens:
            return self
        return Pace(self.answers + 1, self.tokens + tokens, self.seconds + seconds)

    def left(self, tokens: int, ahead: int, together: int, runs: bool) -> float | None:
        """Seconds until an answer is there; `None` while nothing was measured, or when it is
        already longer than the usual one.

        `tokens` it has so far; `ahead` of it in the line wait this many; `together` run at once.
        """
        if self.speed is None:
            return None
        each = self.seconds / self.answers
        if not runs:
            return (ahead // together + 2) * each  # those that run now, those before it, itself
        missing = self.tokens / self.answers - tokens
        return missing / self.speed if missing > 0 else None
