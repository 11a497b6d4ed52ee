"""A model hub on this machine: what huggingface_hub asks of one, answered over real HTTP.

Knows: the list of a repository's files, `resolve` with sums, byte ranges, a second server for large
files as hubs have it, people who must show a token. It can break off, be slow, and lie.
Does not know: uploads, other revisions than one. What it was asked is kept for tests.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from core.settings import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", "tokenizer.json")
PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Asked:
    server: str
    method: str
    path: str
    range: str
    authorization: str
    agent: str


@dataclass
class Hub:
    """`known`: tokens that are looked at; empty for anybody. `cut`: bytes of the next answer."""

    files: dict[str, bytes]
    model: str = "ward/tiny"
    known: dict[str, bool] = field(default_factory=dict)  # whether the token's account may read
    cut: int = 0
    pause_s: float = 0.0
    announced: dict[str, int] = field(default_factory=dict)  # sizes that are not so
    served: dict[str, bytes] = field(default_factory=dict)  # content that is not what the sum says
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    cdn: str = ""

    def info(self) -> dict[str, Any]:
        return {
            "_id": "1",
            "id": self.model,
            "modelId": self.model,
            "sha": COMMIT,
            "private": False,
            "gated": "manual" if self.known else False,
            "tags": [],
            "downloads": 0,
            "siblings": [self._sibling(name) for name in sorted(self.files)],
        }

    def _sibling(self, name: str) -> dict[str, Any]:
        size = self.announced.get(name, len(self.files[name]))
        said: dict[str, Any] = {"rfilename": name, "size": size, "blobId": self.blob(name)}
        if name.endswith(LARGE):
            said["lfs"] = {"sha256": self.sum(name), "size": size, "pointerSize": 134}
        return said

    def blob(self, name: str) -> str:
        held = self.files[name]
        return hashlib.sha1(b"blob %d\0" % len(held) + held).hexdigest()

    def sum(self, name: str) -> str:
        return hashlib.sha256(self.files[name]).hexdigest()

    def ranges(self) -> list[str]:
        """The byte ranges that large files were asked by."""
        return [asked.range for asked in self.asked if asked.server == "cdn"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub
    name: str

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        heads = {key: self.headers.get(key, "") for key in ("Range", "Authorization", "User-Agent")}
        self.hub.asked.append(Asked(self.name, self.command, self.path, *heads.values()))
        path = self.path.partition("?")[0]
        if self.name == "cdn":
            self._large(path.removeprefix("/"))
        elif path.startswith(f"/api/models/{self.hub.model}"):
            self._send(200, json.dumps(self.hub.info()).encode(), "application/json")
        elif path.startswith(f"/{self.hub.model}/resolve/{COMMIT}/"):
            self._resolve(path.rpartition("/")[2])
        else:  # as hubs do: who is unknown is not told what there is
            self._refuse(404 if heads["Authorization"] else 401, "RepoNotFound")

    def _resolve(self, file: str) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.hub.known and not token:
            return self._refuse(401, "GatedRepo")
        if self.hub.known and token not in self.hub.known:
            return self._refuse(401, "", "Invalid credentials in Authorization header")
        if self.hub.known and not self.hub.known[token]:
            return self._refuse(403, "GatedRepo")
        if file not in self.hub.files:
            return self._refuse(404, "EntryNotFound")
        commit = {"X-Repo-Commit": COMMIT}
        if not file.endswith(LARGE):
            etag = f'"{self.hub.blob(file)}"'
            return self._send(200, self.hub.files[file], "text/plain", ETag=etag, **commit)
        linked = {
            "Location": f"{self.hub.cdn}/{file}",
            "X-Linked-Etag": f'"{self.hub.sum(file)}"',
            "X-Linked-Size": str(len(self.hub.files[file])),
            "X-Xet-Hash": "a" * 64,
            "Link": f"<{self.hub.url}/api/models/{self.hub.model}/xet-read-token/{COMMIT}>; "
            'rel="xet-auth"',
        }
        return self._send(302, b"", "text/plain", **linked, **commit)

    def _large(self, file: str) -> None:
        held = self.hub.served.get(file, self.hub.files[file])
        begin = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(len(held) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(held) - 1}/{len(held)}")
        self.end_headers()
        if self.command == "HEAD":
            return
        end, self.hub.cut = begin + self.hub.cut if self.hub.cut else len(held), 0
        for at in range(begin, end, PIECE):
            self.wfile.write(held[at : min(at + PIECE, end)])
            time.sleep(self.hub.pause_s)
        self.close_connection = end < len(held)

    def _refuse(self, status: int, code: str, message: str = "no") -> None:
        self._send(
            status, b"{}", "application/json", **{"X-Error-Code": code, "X-Error-Message": message}
        )

    def _send(self, status: int, body: bytes, kind: str, **heads: str) -> None:
        self.send_response(status)
        heads |= {"Content-Type": kind, "Content-Length": str(len(body))}
        for name, value in heads.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that was killed is what a test wanted."""


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """Serves a hub and, under another name of this machine, its large files."""
    servers = []
    for name, host in (("hub", "127.0.0.1"), ("cdn", "localhost")):
        handler = type("Handler", (_Handler,), {"hub": hub, "name": name})
        server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        setattr(hub, "url" if name == "hub" else "cdn", f"http://{host}:{server.server_port}")
        servers.append(server)
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def environment(endpoint: str, home: Path, **more: str) -> dict[str, str]:
    """What the command finds: a hub, a cache of its own, and a server's own “offline”."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HF_") and "proxy" not in k}
    own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "AI_AGENT": "x"}
    return {**kept, **own, "TRANSFORMERS_OFFLINE": "1", **more}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "core", "model", "download", *words]


def download(
    endpoint: str, home: Path, *words: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Runs the command to its end, without a terminal."""
    return subprocess.run(
        command(*words),
        cwd=ROOT,
        env=environment(endpoint, home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
