"""How tablets will reach the app: settled before the server starts, told to `start.py` as JSON.

Knows: the fields, how they are written in one line and read again.
Does not know: how they are found. Standard library only, since `start.py` reads it.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts`: every address and name that is served. `urls`: those to type; the first has the QR.

    `certificate`, `key` and `fingerprint` are empty when plain http was asked for.
    """

    hosts: tuple[str, ...]
    urls: tuple[str, ...]
    certificate: str
    key: str
    fingerprint: tuple[str, ...]
    qr: str

    def line(self) -> str:
        return json.dumps(dataclasses.asdict(self))


def read(line: str) -> Plan:
    """The plan of a line made by `Plan.line`."""
    found: dict[str, Any] = json.loads(line)
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }
    return Plan(**fields)
