"""The options of `python -m core ward …`; reading them needs no certificate library.

Knows: what `start.py --lan` hands on. Does not know: what is done with it (`preparing`).
"""

import argparse
from pathlib import Path


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the command with its options."""
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare", help="settle addresses and certificate, print JSON")
    preparing.add_argument("--address", action="append", default=[], metavar="IP")
    preparing.add_argument("--name", action="append", default=[], metavar="HOST")
    preparing.add_argument("--cert", type=Path, metavar="FILE")
    preparing.add_argument("--key", type=Path, metavar="FILE")
    preparing.add_argument("--insecure", action="store_true", help="plain http")
