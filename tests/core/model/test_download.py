"""`python -m core model download`, the real command against a real hub on this machine."""

import errno
import fcntl
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hub import COMMIT, Hub, command, download, environment, running
from transcripts import tiny

from core.settings import ROOT

MIB = 2**20
EXTRA = {
    "README.md": b"# card",
    "modeling_tiny.py": b"raise SystemExit('run')",
    "pytorch_model.bin": b"pickle",
    "original/params.json": b"{}",
    "NOTICE": b"notice",
}
LOADS = """
import json
from core.model.checkpoint import read_checkpoint
from core.model.loader import load
from core.model.spec import Load, Memory, decide
from core.model.starting import found
checkpoint = read_checkpoint(found("ward/tiny"))
decision = decide(checkpoint.shape, "auto", Memory(cpu=2**36), Load(jobs=1, tokens=256))
loaded = load(checkpoint, decision, lambda done, whole: None)
print(json.dumps([checkpoint.name, checkpoint.revision, type(loaded.model).__name__]))
"""


@pytest.fixture
def serve() -> Iterator[Callable[[Hub], Hub]]:
    with ExitStack() as stack:
        yield lambda hub: stack.enter_context(running(hub))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "done"}


def big(size: int = 40 * MIB) -> dict[str, bytes]:
    """A checkpoint that is whole, with one large tensor of nothing."""
    made = files_of(tiny())
    data = os.urandom(MIB) * (size // MIB)
    tensor = {"w": {"dtype": "BF16", "shape": [len(data) // 2], "data_offsets": [0, len(data)]}}
    header = json.dumps(tensor).encode()
    weights = struct.pack("<Q", len(header)) + header + data
    kept = {name: held for name, held in made.items() if "safetensors" not in name}
    return {**kept, "model.safetensors": weights}


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def fetched(hub: Hub, home: Path, *words: str, **more: str) -> dict[str, Any]:
    done = download(hub.url, home, hub.model, "--accept-terms", "--jsonl", *words, **more)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]
    return lines(done.stdout)[-1]


def problem(
    endpoint: str, home: Path, model: str = "ward/tiny", **more: str
) -> tuple[str, dict[str, Any]]:
    """The key and values of a refusal, which is also a sentence without a traceback."""
    done = download(endpoint, home, model, "--accept-terms", "--jsonl", **more)
    assert (done.returncode, done.stderr) == (2, ""), done.stderr[-3000:]
    said = lines(done.stdout)[-1]
    return said["problem"], said["values"]


def test_a_checkpoint_arrives_and_loads_without_any_hub(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    hub = serve(Hub({**files_of(tiny()), **EXTRA}))
    done = download(hub.url, tmp_path, hub.model, "--accept-terms", "--jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    *steps, last = lines(done.stdout)
    folder = tmp_path / "hub" / "models--ward--tiny" / "snapshots" / COMMIT
    assert last == {"folder": str(folder), "revision": COMMIT}
    wanted = {name for name in hub.files if name not in EXTRA} | {"NOTICE"}
    assert {path.name for path in folder.iterdir()} == wanted and "model.safetensors" in wanted
    assert all((folder / name).read_bytes() == hub.files[name] for name in wanted)
    assert steps[0]["done"] == 0 and steps[-1]["done"] == steps[-1]["whole"] == len(wanted)
    held = sum(len(hub.files[name]) for name in wanted)
    assert steps[-1]["bytes_done"] == steps[-1]["bytes_whole"] == held
    counted = [step["bytes_done"] for step in steps]
    assert counted == sorted(counted)
    assert not [asked for asked in hub.asked if "xet" in asked.path or "agent" in asked.path]
    env = environment("http://127.0.0.1:9", tmp_path)
    loads = subprocess.run(
        [sys.executable, "-c", LOADS], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert loads.returncode == 0, loads.stderr[-3000:]
    said = json.loads(loads.stdout.splitlines()[-1])
    assert said == ["ward/tiny", COMMIT, "Gemma3ForConditionalGeneration"]
    before = len(hub.asked)
    assert fetched(hub, tmp_path)["revision"] == COMMIT
    assert len(hub.asked) == before + 1  # only what `main` is now


def test_a_killed_download_goes_on_where_it_was(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    hub = serve(Hub(big(), pause_s=0.02))
    first = subprocess.Popen(
        command(hub.model, "--accept-terms", "--jsonl"),
        cwd=ROOT,
        env=environment(hub.url, tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout
    for line in first.stdout:
        step = json.loads(line)
        if step["file"] == "model.safetensors" and step["bytes_done"] > 20 * MIB:
            break
    os.kill(first.pid, signal.SIGSTOP)
    try:
        assert problem(hub.url, tmp_path)[0] == "model.download.running"
        assert not (tmp_path / "hub" / "models--ward--tiny" / "refs").exists()
    finally:
        first.kill()
        first.wait()
        first.stdout.close()
    assert fetched(hub, tmp_path)["revision"] == COMMIT
    begun = int(hub.ranges()[-1].removeprefix("bytes=").rstrip("-"))
    assert begun >= 10 * MIB
    blobs = list((tmp_path / "hub" / "models--ward--tiny" / "blobs").iterdir())
    assert not [blob for blob in blobs if "." in blob.name]


def test_a_connection_that_breaks_off_is_taken_up_again(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    files = {n: h for n, h in big().items() if n != "tokenizer.json"} | {"tokenizer.model": b"x"}
    hub = serve(Hub(files, cut=12 * MIB))
    assert fetched(hub, tmp_path)["revision"] == COMMIT
    assert hub.ranges()[-1] == f"bytes={10 * MIB}-"


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("", "model.download.gated"),
        ("hf_wrong", "model.download.token"),
        ("hf_stranger", "model.download.gated_token"),
    ],
)
def test_who_may_not_fetch_is_told_why(
    serve: Callable[[Hub], Hub], tmp_path: Path, token: str, key: str
) -> None:
    hub = serve(Hub(files_of(tiny()), known={"hf_friend": True, "hf_stranger": False}))
    given = {"HF_TOKEN": token} if token else {}
    found, values = problem(hub.url, tmp_path, **given)
    assert found == key and "hf_" not in json.dumps(values)
    assert hub.ranges() == []


def test_a_token_of_a_file_opens_and_never_reaches_another_host(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    hub = serve(Hub(files_of(tiny()), known={"hf_friend": True}))
    (tmp_path / "token").write_text("hf_friend\n")
    done = download(hub.url, tmp_path, hub.model, "--accept-terms")
    assert done.returncode == 0 and COMMIT in done.stdout
    assert "hf_friend" not in done.stdout + done.stderr
    seen = {server: {a.authorization for a in hub.asked if a.server == server} for server in
            ("hub", "cdn")}  # fmt: skip
    assert seen == {"hub": {"Bearer hf_friend"}, "cdn": {""}}


@pytest.mark.parametrize("token", ["", "hf_any"])
def test_an_unknown_model_is_said(serve: Callable[[Hub], Hub], tmp_path: Path, token: str) -> None:
    hub = serve(Hub({}))
    given = {"HF_TOKEN": token} if token else {}
    found = problem(hub.url, tmp_path, "ward/none", **given)
    assert found == ("model.download.unknown", {"name": "ward/none"})


@pytest.mark.parametrize("name", ["tiny", "a/b/c", "ward/..", "../x", "wa rd/tiny"])
def test_what_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    assert problem("http://127.0.0.1:9", tmp_path, name)[0] == "model.download.id"
    assert not (tmp_path / "hub").exists()


def test_no_network_is_said_in_a_sentence(tmp_path: Path) -> None:
    assert problem("http://127.0.0.1:9", tmp_path)[0] == "model.download.away"
    done = download("http://127.0.0.1:9", tmp_path, "ward/tiny", "--accept-terms", "--lang", "en")
    assert done.stderr.startswith("The hub cannot be reached.") and done.returncode == 2


def test_a_server_that_is_no_hub_is_said(serve: Callable[[Hub], Hub], tmp_path: Path) -> None:
    class Other(Hub):
        def info(self) -> Any:
            return ["hello"]

    assert problem(serve(Other({})).url, tmp_path)[0] == "model.download.hub"


def test_weights_that_cannot_be_run_are_not_fetched(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    other = serve(Hub({**files_of(tiny()), "config.json": b'{"model_type": "llama"}'}))
    assert problem(other.url, tmp_path / "a")[0] == "model.problem.architecture"
    assert not [asked for asked in other.asked if asked.path.endswith("model.safetensors")]
    pickled = serve(Hub({"config.json": b"{}", "pytorch_model.bin": b"x"}))
    assert problem(pickled.url, tmp_path / "b")[0] == "model.download.no_weights"


def test_what_arrives_otherwise_than_its_sum_is_thrown_away(
    serve: Callable[[Hub], Hub], tmp_path: Path
) -> None:
    files = files_of(tiny())
    hub = serve(Hub(files, served={"model.safetensors": bytes(len(files["model.safetensors"]))}))
    found = problem(hub.url, tmp_path)
    assert found == ("model.download.damaged", {"file": "model.safetensors"})
    folder = tmp_path / "hub" / "models--ward--tiny"
    assert not (folder / "refs").exists()
    assert not (folder / "snapshots" / COMMIT / "model.safetensors").exists()
    hub.served.clear()
    assert fetched(hub, tmp_path)["revision"] == COMMIT


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system can be mounted by root on Linux only")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_said_before_and_in_mid_file(
    serve: Callable[[Hub], Hub], small_disk: Path
) -> None:
    hub = serve(Hub(big()))
    key, values = problem(hub.url, small_disk)
    assert key == "model.download.full" and hub.ranges() == []
    assert str(small_disk) in values["folder"] and values["needed"] == "0.0"
    hub.announced["model.safetensors"] = 5 * MIB  # the hub's list was wrong
    assert problem(hub.url, small_disk)[0] == "model.download.disk_full"
    assert os.strerror(errno.ENOSPC) not in json.dumps(values)


def at_a_terminal(hub: Hub, home: Path, typed: str) -> tuple[int, str]:
    """Exit code and screen of a person who types one line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    process = subprocess.Popen(
        command(hub.model, "--lang", "en"),
        cwd=ROOT,
        env=environment(hub.url, home, TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode() + b"\n")
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return process.wait(60), seen.decode("utf-8", "replace")


def test_the_terms_are_accepted_by_a_typed_yes(serve: Callable[[Hub], Hub], tmp_path: Path) -> None:
    hub = serve(Hub(files_of(tiny())))
    code, screen = at_a_terminal(hub, tmp_path, "y")
    assert code == 2 and "The terms were not accepted" in screen and hub.asked == []
    code, screen = at_a_terminal(hub, tmp_path, "yes")
    assert code == 0, screen
    assert "health-ai-developer-foundations/terms" in screen
    assert "100%" in screen and f"Revision: {COMMIT}" in screen


def test_nobody_is_taken_to_have_accepted(serve: Callable[[Hub], Hub], tmp_path: Path) -> None:
    hub = serve(Hub(files_of(tiny())))
    for words in ([], ["--jsonl"]):
        done = download(hub.url, tmp_path, hub.model, *words)
        assert done.returncode == 2 and hub.asked == []
        assert "Traceback" not in done.stderr
