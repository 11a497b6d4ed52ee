"""What can go wrong with a model in a way that a person must be told.

Knows: names and sentence keys. Does not know: languages, screens, how any of it is found out.
"""

from core.errors import AuscultError


class ModelProblem(AuscultError):
    """Base of everything that this floor raises."""


class NoCheckpoint(ModelProblem):
    """The folder is not there, is no checkpoint, or is not whole."""


class WrongCheckpoint(ModelProblem):
    """A checkpoint, but none that is run here: another architecture, float16, code, pickles."""


class TooLittleMemory(ModelProblem):
    """`needed` and `free` in bytes; `fits` names the precision that would fit, if any."""
