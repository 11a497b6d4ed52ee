"""A question to the model, as a domain hands it in.

Knows: fields. Does not know: templates, tokens; Pillow is not imported to name a picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from PIL import Image

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came; it is prepared for the model when the question is asked."""

    image: "Image.Image"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said: texts and pictures in their order."""

    role: Role
    parts: tuple[str | Picture, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """`instruction` is ours; turns alternate and begin with the user.

    `thinking` is asked for only without pictures, as in the model's own evaluation. `budget`: most
    new tokens, thought included. `prompt_id` names the wording, `inputs` what went in, by hash,
    `about` what it is asked of, by ids, `knowledge` the versions of the tables behind it.
    """

    purpose: str
    instruction: str
    turns: tuple[Turn, ...]
    thinking: bool = True
    budget: int = 2000
    prompt_id: str = ""
    cited: tuple[Any, ...] = ()  # rows whose management an answer may restate; read by the gate
    inputs: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    knowledge: Mapping[str, str] = field(default_factory=dict)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(
            part for turn in self.turns for part in turn.parts if isinstance(part, Picture)
        )
