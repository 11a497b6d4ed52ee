"""A model for the tests of pages: it answers at once with what the test gave it."""

from core.model.engine import Origin, Sink
from core.model.request import Request

ORDER = "Stop warfarin and take aspirin 100 mg daily."
SAID = (
    "<unused94>thought\nThe perpetrator is known. Take RAWORDER 5 mg twice daily.<unused95>"
    f"Both raise the risk of bleeding. {ORDER} The risk of amiodarone is 42 percent."
)


class Instant:
    """An engine; `said` is the next answer, `how` its end."""

    origin = Origin("tiny-medgemma", "rev-7", "nf4", "", {"do_sample": False})

    def __init__(self, said: str = SAID, how: str = "finished") -> None:
        self.said, self.how = said, how

    def ask(self, job: str, request: Request, sink: Sink) -> None:
        sink.text(self.said, 40)
        if self.how != "running":
            sink.end(self.how)  # type: ignore[arg-type]

    def stop(self, job: str) -> None:
        return None

    def close(self) -> None:
        return None
