"""Jobs that a worker is asked to do by the tests; imported inside the worker."""

import os
import subprocess
import sys
import time
from pathlib import Path

from core.safety import egress


def surroundings(data: bytes, file: str) -> dict[str, object]:
    import resource

    with Path(file).open("wb", buffering=0) as target:
        try:
            wrote = bool(target.write(b"x"))
        except OSError:
            wrote = False
    names = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
    return {
        "data": data.decode(),
        "limits": {n: resource.getrlimit(getattr(resource, f"RLIMIT_{n}"))[0] for n in names},
        "environment": sorted(os.environ),
        "own_session": os.getsid(0) == os.getpid(),
        "wrote": wrote,
        "network_shut": egress.self_test(),
        "heavy": [name for name in ("pymupdf", "streamlit", "torch") if name in sys.modules],
    }


def printing(data: bytes) -> dict[str, object]:
    print("a library's warning", flush=True)
    os.write(1, b"another")
    return {"said": "quietly"}


def talkative(data: bytes) -> dict[str, object]:
    return {"said": "word " * 10_000}


def raising(data: bytes) -> dict[str, object]:
    raise ValueError(f"what stood in the file: {data!r}")


def starting(data: bytes) -> dict[str, object]:
    return {"number": subprocess.Popen(["sleep", "60"]).pid}


def sleeping(data: bytes) -> dict[str, object]:
    time.sleep(60)
    return {}
