"""The ward network as `start.py` sees it: asked of the environment, handed to the server, said.

Knows: the options of the command line, the plan that `python -m core ward prepare` prints.
Does not know: addresses, certificates and staff, which need what is installed.
"""

import argparse
import subprocess
from pathlib import Path

from core.settings import LOOPBACK
from core.setup.console import Missing, say
from core.setup.environment import venv_python
from core.setup.port import EVERYWHERE, HOST, Answer
from core.ward import plan
from core.ward.plan import Plan


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--lan` and what belongs to it."""
    group = parser.add_argument_group("ward network 病区网络")
    group.add_argument("--lan", action="store_true", help="tablets reach the app by https")
    group.add_argument(
        "--address", action="append", default=[], metavar="IP", help="serve this address only"
    )
    group.add_argument(
        "--name", action="append", default=[], metavar="HOST", help="also reached by this name"
    )
    group.add_argument("--cert", metavar="FILE", help="certificate of your own (PEM)")
    group.add_argument("--key", metavar="FILE", help="its key (PEM, without a password)")
    group.add_argument(
        "--insecure", action="store_true", help="plain http: everybody in the network can read it"
    )


def misuse(asked: argparse.Namespace) -> str:
    """What does not go together on the command line; empty when all does."""
    belongs = (asked.address, asked.name, asked.cert, asked.key, asked.insecure)
    if any(belongs) and not asked.lan:
        return "--address, --name, --cert, --key, --insecure: --lan is missing 缺少 --lan"
    if bool(asked.cert) != bool(asked.key):
        return "--cert and --key belong together --cert 与 --key 须同时使用"
    if asked.insecure and asked.cert:
        return "--insecure excludes --cert --insecure 与 --cert 不能同时使用"
    return ""


def prepare(root: Path, asked: argparse.Namespace, env: dict[str, str]) -> Plan:
    """The plan of the environment's own command; raises `Missing` with its sentence."""
    command = [str(venv_python(root)), "-m", "core", "ward", "prepare"]
    command += [part for ip in asked.address for part in ("--address", ip)]
    command += [part for name in asked.name for part in ("--name", name)]
    if asked.cert:
        # The command runs in the checkout, the person may stand elsewhere.
        command += ["--cert", str(Path(asked.cert).absolute())]
        command += ["--key", str(Path(asked.key).absolute())]
    command += ["--insecure"] if asked.insecure else []
    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise Missing(done.stderr.strip(), "")
    if done.stderr:
        say(done.stderr.strip())
    return plan.read(done.stdout.splitlines()[-1])


def already_runs(found: Answer, port: int, lan: bool) -> str:
    """What to say when Auscult serves there already; `Missing` when it is not what was asked."""
    if lan and not found.ward:
        raise Missing(
            f"Auscult already runs on port {port}, for this computer only.",
            f"听诊台已在端口 {port} 运行，但仅限本机访问。",
            "Stop it with Ctrl+C in its terminal, then: python3 start.py --lan",
        )
    scheme = "https" if found.tls else "http"
    said = f"Auscult already runs. 听诊台已在运行：\n\n  {scheme}://{HOST}:{port}\n"
    if found.ward:
        said += "\nTablets: see the page People. 平板电脑访问地址见“人员”页。"
    return said


def streamlit_options(found: Plan | None) -> list[str]:
    """Where Streamlit listens, for which names, with which certificate."""
    if found is None:
        return ["--server.address", HOST]
    hosts = (*LOOPBACK, *found.hosts)
    options = ["--server.address", EVERYWHERE, "--browser.serverAddress", found.hosts[0]]
    options += [part for host in hosts for part in ("--server.allowedHosts", host)]
    if found.certificate:
        options += ["--server.sslCertFile", found.certificate, "--server.sslKeyFile", found.key]
    return options


def settings(found: Plan | None) -> dict[str, str]:
    """What the server process is told; nothing that stood in the environment remains."""
    hosts, certificate = (found.hosts, found.certificate) if found else ((), "")
    return {"AUSCULT_WARD": ",".join(hosts), "AUSCULT_CERTIFICATE": certificate}


def invitation(found: Plan, port: int) -> tuple[str, ...]:
    """What the terminal shows once the app answers."""
    scheme = "https" if found.certificate else "http"
    shown = [
        "Tablets on the ward network open one of these addresses, or scan the code.",
        "病区网络内的平板电脑：打开以下任一地址，或扫描二维码。",
        "".join(f"\n  {url}" for url in found.urls) + "\n",
        found.qr,
    ]
    if found.fingerprint:
        shown += [
            "SHA-256 fingerprint of the certificate; compare it in the browser's warning:",
            "证书 SHA-256 指纹，请与浏览器警告中的指纹逐位核对：",
            "".join(f"\n  {row}" for row in found.fingerprint) + "\n",
        ]
    else:
        shown += [
            "NOT ENCRYPTED: PINs and medicine lists can be read by others in this network.",
            "未加密：此网络中的其他人可读取PIN码和用药清单。\n",
        ]
    return (*shown, f"At this computer 本机：{scheme}://localhost:{port}\n")
