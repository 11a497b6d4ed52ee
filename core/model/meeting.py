"""A model server is met before it is asked: may it be, does it answer, does it have the model.

Knows: one way for a look and for a start. A server that is silent is given up after seconds.
Does not know: which hosts this process may reach (`core.safety.egress`), who asks for it.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath

from core.model.address import allowed
from core.model.engine import Engine
from core.model.problems import ModelProblem

ANSWER_S = 10.0


def meet(
    url: str, model: str, key_file: Path | None, public: str = ""
) -> tuple[Engine, tuple[str, ...]]:
    """What asks the server, and the models that it lists; raises a `ModelProblem`."""
    from core.model.remote import RemoteEngine, Server, read_key  # a client library

    allowed(url, public)
    key = read_key(key_file) if key_file else "none"
    offered = RemoteEngine(Server(url, model, key), ANSWER_S).models()
    return RemoteEngine(Server(url, named(model, offered), key)), offered


def named(model: str, offered: tuple[str, ...]) -> str:
    """The name to ask by; without one the first that is offered.

    Some servers list nothing, and one that serves a folder lists what lies in its cache instead.
    """
    if not model:
        if not offered:
            raise ModelProblem("model.server.no_models")
        return offered[0]
    if offered and model not in offered and not _is_folder(model):
        raise ModelProblem("model.server.no_such_model", name=model)
    return model


def _is_folder(model: str) -> bool:
    """Of the server's machine, whichever system that runs."""
    return PurePosixPath(model).is_absolute() or PureWindowsPath(model).is_absolute()
