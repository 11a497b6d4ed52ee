"""Every failure of a download in a sentence: of the hub, the network, the disk, the certificate.

Knows: what huggingface_hub and its HTTP client raise, each looked for behind the others.
Does not know: what is fetched, or how (`download`).
"""

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.model.problems import ModelProblem

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def explained(model: str, home: Path) -> Iterator[None]:
    """Every failure of the hub, the network and the disk as a `ModelProblem`."""
    from httpx2 import TransportError

    try:
        yield
    except (TransportError, OSError) as why:
        raise _problem(why, model, home) from why


def _problem(why: Exception, model: str, home: Path) -> ModelProblem:
    from httpx2 import TransportError
    from huggingface_hub import errors, get_token

    chain = list(_causes(why))
    known = "model.download.gated_token" if get_token() else "model.download.gated"
    for cause in chain:
        if isinstance(cause, errors.GatedRepoError):
            return ModelProblem(known, name=model)
        if isinstance(cause, errors.RepositoryNotFoundError):
            return ModelProblem("model.download.unknown", name=model)
        if isinstance(cause, errors.HfHubHTTPError):
            return _refused(cause.response.status_code, model)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ModelProblem("model.download.certificate")
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return ModelProblem("model.download.disk_full", folder=str(home))
    if any(isinstance(cause, TransportError | errors.LocalEntryNotFoundError) for cause in chain):
        return ModelProblem("model.download.away")
    reason = getattr(why, "strerror", None)
    if reason is None:  # the library's own: fewer bytes came than were announced
        return ModelProblem("model.download.broke_off")
    return ModelProblem("model.download.disk", folder=str(home), reason=reason)


def _refused(status: int, model: str) -> ModelProblem:
    if status == 401:
        return ModelProblem("model.download.token")
    if status == 403:
        return ModelProblem("model.download.gated_token", name=model)
    return ModelProblem("model.download.hub", status=str(status))


def _causes(why: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = why
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
