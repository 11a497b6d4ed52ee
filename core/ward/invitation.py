"""What a tablet needs to find the app: the address as text and as a QR code.

Knows: the drawing of a code for a page and for a terminal. Does not know: who may use it.
"""

import io
from collections.abc import Sequence

import segno


def urls(hosts: Sequence[str], port: int, tls: bool) -> tuple[str, ...]:
    return tuple(f"{'https' if tls else 'http'}://{host}:{port}" for host in hosts)


def drawing(url: str) -> str:
    """The QR code as an SVG in a `data:` address, black on white, for the source of a picture."""
    return segno.make(url, error="m").svg_data_uri(scale=6, border=4, light="#fff", omitsize=True)


def terminal(url: str) -> str:
    """The QR code in half blocks."""
    text = io.StringIO()
    segno.make(url, error="l").terminal(text, compact=True)
    return text.getvalue()
