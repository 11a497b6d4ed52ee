"""Which GPU is taken, from what nvidia-smi says and CUDA_VISIBLE_DEVICES leaves."""

import os
from pathlib import Path

import pytest

from core.model import machine
from core.model.shape import read_shape
from core.model.spec import MIB, Load, Memory, decide, with_given_back

SAID = """\
0, GPU-aaaa1111, 8000, 8.6, NVIDIA GeForce RTX 3080
1, GPU-bbbb2222, 23028, 8.9, NVIDIA L4
2, GPU-bbbb3333, 15000, 7.5, Tesla T4, rev A
3, GPU-cccc4444, [N/A], 8.0, NVIDIA A100
"""


@pytest.fixture(autouse=True)
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with the name and the words of the driver's, for the fields that are asked for."""
    program = tmp_path / "nvidia-smi"
    fields = "--query-gpu=index,uuid,memory.free,compute_cap,name"
    check = f'[ "$1 $2" = "{fields} --format=csv,noheader,nounits" ] || exit 1'
    program.write_text(f"#!/bin/sh\n{check}\n/bin/cat <<'END'\n{SAID}END\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "FASTEST_FIRST")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.parametrize(
    ("named", "name", "index"),
    [
        (None, "NVIDIA L4", 1),
        ("0,2", "Tesla T4, rev A", 1),
        ("2, 0", "Tesla T4, rev A", 0),
        ("GPU-aaaa", "NVIDIA GeForce RTX 3080", 0),
        ("GPU-bbbb3333,GPU-bbbb2222", "NVIDIA L4", 1),
        ("0,9,1", "NVIDIA GeForce RTX 3080", 0),
        ("0,-1,1", "NVIDIA GeForce RTX 3080", 0),
        ("", "", 0),
        ("-1", "", 0),
        ("NoDevFiles", "", 0),
        ("1,1", "", 0),
        ("GPU-bbbb", "", 0),
        ("MIG-aaaa1111", "", 0),
    ],
)
def test_the_gpu_with_most_memory_among_those_that_are_visible(
    monkeypatch: pytest.MonkeyPatch, named: str | None, name: str, index: int
) -> None:
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    found = machine.memory()
    assert (found.gpu_name, found.index) == (name, index)
    assert (found.gpu is None) == (name == "")
    assert os.environ["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


def test_the_decision_names_the_gpu_that_was_measured() -> None:
    memory, shape = machine.memory(), read_shape({"num_hidden_layers": 2})
    assert (memory.gpu, memory.capability) == (23028 * MIB, (8, 9))
    on_gpu = decide(shape, "auto", memory, Load())
    assert (on_gpu.place, on_gpu.free) == ("cuda:1", 23028 * MIB)
    assert decide(shape, "auto", Memory(2**40), Load()).place == "cpu"
    given = with_given_back(memory, on_gpu)
    assert given.gpu == 23028 * MIB + on_gpu.estimate.weights
    elsewhere = Memory(2**40, 2**30, "L4", (8, 9), 0)
    assert with_given_back(elsewhere, on_gpu) == elsewhere
