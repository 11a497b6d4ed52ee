"""A model server on another machine: a network of its own, in which this process is armed.

One namespace, made by `unshare`: 10.77.0.1 stands for the server, 192.0.2.9 for the world outside.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

NAMES = "127.0.0.1 localhost\n10.77.0.1 gpu1.hospital.local\n192.0.2.9 gpu2.hospital.local\n"
MAKE = (
    "ip link set lo up && ip address add 10.77.0.1/32 dev lo && ip address add 192.0.2.9/32 dev lo "
    '&& mount --bind "$1" /etc/hosts && shift && exec "$@"'
)
INSIDE = r"""
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

heard = []

class Model(BaseHTTPRequestHandler):
    def do_GET(self):
        heard.append((self.server.server_address[0], self.path))
        model = {"id": "m", "object": "model", "created": 1, "owned_by": "x"}
        body = json.dumps({"object": "list", "data": [model]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass

ports = []
for host in ("10.77.0.1", "192.0.2.9"):
    server = ThreadingHTTPServer((host, ports[0] if ports else 0), Model)
    ports.append(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["AUSCULT_SERVER"] = sys.argv[1].replace("PORT", str(ports[0]))
from core.model.desk import Desk
from core.model.problems import ModelProblem
from core.model.starting import Asked, Starter
from core.safety import egress
from core.settings import current
from core.ui import model_choice, shared_model

egress.arm(beyond=shared_model.beyond())
starter = shared_model.starter()

def started(url):
    starter.start(Asked(server=url))
    while starter.status.state in ("looking", "loading"):
        time.sleep(0.01)
    problem = starter.status.problem
    return problem.key if problem else starter.status.host.partition(":")[0]

def met(url):
    try:
        seen = model_choice._met(Asked(server=url))
    except ModelProblem as problem:
        return problem.key
    return "later" if seen.later else " ".join(seen.offered)

print(started(current().server))
print(starter.status.in_clear)
print(*(one.host for one in egress.state().exceptions))
print(started(f"http://10.77.0.1:{ports[0] + 1}/v1"))
print(started("http://10.77.0.9/v1"))
print(*sorted({host for host, _ in heard}))
print(met(current().server))
print(met(f"http://10.77.0.1:{ports[0] + 1}/v1"))
print(met("https://models.example.org/v1"))
"""


def inside(tmp_path: Path, url: str) -> list[str]:
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("a network of its own needs root, unshare and iproute2")
    hosts = tmp_path / "hosts"
    hosts.write_text(NAMES)
    script = ["sh", "-c", MAKE, "sh", str(hosts), sys.executable, "-c", INSIDE, url]
    env = {k: v for k, v in os.environ.items() if k != "AUSCULT_TEST_OUTBOUND_LOG"}
    done = subprocess.run(
        ["unshare", "--net", "--mount", *script],
        cwd=ROOT,
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("host", ["10.77.0.1", "gpu1.hospital.local"])
def test_the_named_server_is_reached_and_no_other_port_or_machine(
    tmp_path: Path, host: str
) -> None:
    said = inside(tmp_path, f"http://{host}:PORT/v1")
    assert said[:3] == [host, "True", host]
    assert said[3:5] == ["model.server.guarded", "model.server.guarded"]
    assert said[5] == "10.77.0.1"
    assert said[6:] == ["m", "later", "model_page.public"]


def test_a_name_of_the_house_that_leads_outside_is_never_asked(tmp_path: Path) -> None:
    said = inside(tmp_path, "http://gpu2.hospital.local:PORT/v1")
    assert said[0] == "model.server.guarded" and said[5] == ""
