"""The model as `start.py` sees it: a folder, a hub id or a server, handed to the server process.

Knows: the options of the command line, what does not go together, the one question that `start.py`
asks: an address outside the house is typed twice, by whoever sends questions there.
Does not know: checkpoints, memory, whether a server answers; Home says that.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from core.model.address import Address, allowed, read_address
from core.model.problems import ModelProblem
from core.model.spec import PRECISIONS
from core.setup.console import Missing, say

ANSWER = Callable[[], str]
# What a choice on the command line takes the place of in the environment.
SETTINGS = ("MODEL", "PRECISION", "SERVER", "SERVER_MODEL", "SERVER_KEY", "PUBLIC_SERVER")


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--model`, `--server` and what belongs to them."""
    group = parser.add_argument_group("model 模型")
    group.add_argument("--model", metavar="FOLDER_OR_ID", help="a checkpoint on this disk")
    group.add_argument("--precision", choices=("auto", *PRECISIONS), help="default: what fits")
    group.add_argument("--server", metavar="URL", help="an OpenAI-compatible server, up to /v1")
    group.add_argument("--server-model", metavar="NAME", help="default: the first it offers")
    group.add_argument("--server-key", metavar="FILE", help="its first line is the server's key")
    group.add_argument(
        "--allow-public-server",
        action="store_true",
        help="the server lies outside the house; asks for its host once more",
    )


def misuse(asked: argparse.Namespace) -> str:
    """What does not go together on the command line; empty when all does."""
    if asked.model and asked.server:
        return "--model excludes --server --model 与 --server 不能同时使用"
    if (asked.server_model or asked.server_key or asked.allow_public_server) and not asked.server:
        return (
            "--server-model, --server-key, --allow-public-server: --server is missing 缺少 --server"
        )
    if asked.precision and not asked.model:
        return "--precision: --model is missing 缺少 --model"
    return ""


def settings(
    asked: argparse.Namespace, env: Mapping[str, str] = os.environ, answer: ANSWER = input
) -> dict[str, str]:
    """What the server process is told; empty when nothing was asked. Raises `Missing`."""
    if asked.model:
        return _only(MODEL=_model(asked.model), PRECISION=asked.precision or "auto")
    if not asked.server:
        return {}
    confirmed = env.get("AUSCULT_PUBLIC_SERVER", "")
    address = _address(asked.server, confirmed, asked.allow_public_server)
    if address.place == "public" and confirmed.lower() != address.host:
        confirmed = "" if asked.check_only else _confirmed(address.host, answer)
    return _only(
        SERVER=asked.server,
        SERVER_MODEL=asked.server_model or "",
        SERVER_KEY=_key_file(asked.server_key) if asked.server_key else "",
        PUBLIC_SERVER=confirmed if address.place == "public" else "",
    )


def _only(**given: str) -> dict[str, str]:
    """All settings of the model: those of the environment are not mixed with these."""
    return {f"AUSCULT_{name}": given.get(name, "") for name in SETTINGS}


def _model(named: str) -> str:
    """A folder by its whole path, since the server runs elsewhere; a hub id as it is."""
    folder = Path(named).expanduser()
    if (folder / "config.json").is_file():
        return str(folder.absolute())
    if folder.is_dir():
        raise Missing(
            f"The folder {folder} holds no config.json, so it is no checkpoint.",
            f"文件夹 {folder} 中没有 config.json，不是模型检查点。",
        )
    if named.count("/") == 1 and not named.startswith((".", "~", "/")):
        return named
    raise Missing(
        f"There is no folder {folder}.",
        f"没有文件夹 {folder}。",
        "A model of a hub is fetched before: .venv/bin/python -m core model download OWNER/NAME",
    )


def _key_file(named: str) -> str:
    file = Path(named).expanduser().absolute()
    if not os.access(file, os.R_OK):
        raise Missing(f"The key file {file} cannot be read.", f"无法读取密钥文件 {file}。")
    return str(file)


def _address(url: str, confirmed: str, may_be_public: bool) -> Address:
    try:
        address = read_address(url)
        return allowed(url, address.host if may_be_public else confirmed)
    except ModelProblem as why:
        english, chinese, remedy = _REFUSED[why.key]
        raise Missing(*(text.format(**why.values) for text in (english, chinese, remedy))) from why


_REFUSED = {
    "model.server.url": (
        "--server is no address; write http:// or https://, host, port and path, without a key.",
        "--server 不是有效地址；请写明 http:// 或 https://、主机、端口和路径，不含密钥。",
        "python3 start.py --server http://gpu1.hospital.local:8000/v1",
    ),
    "model.server.plain": (
        "{host} lies outside the house and is asked by https only.",
        "{host} 位于院外，仅允许通过 https 连接。",
        "",
    ),
    "model.server.public": (
        "{host} is not known as a machine of the house: questions would leave it.",
        "{host} 不是已知的院内机器：问题将被发往院外。",
        "Who wants that all the same adds --allow-public-server.",
    ),
}


def _confirmed(host: str, answer: ANSWER) -> str:
    """The host, typed again in a terminal; raises `Missing` otherwise."""
    if not sys.stdin.isatty():
        raise Missing(
            f"Nobody is at a terminal to confirm {host}.",
            f"没有终端可供确认 {host}。",
            f"A service sets AUSCULT_PUBLIC_SERVER={host} in its environment.",
        )
    say(
        f"Questions, with all that people type and upload, will leave the house for {host}.",
        f"人员输入和上传的内容将随问题发往院外的 {host}。",
        "Type this host once more to go on 请再次输入该主机名以继续：",
    )
    try:
        typed = answer().strip().lower()
    except EOFError:
        typed = ""
    if typed != host:
        raise Missing("That is another host; nothing was started.", "主机名不一致，未启动。")
    return host


def already_runs(asked: argparse.Namespace, port: int) -> None:
    """A server that runs already was told of its model when it started; `Missing` says so."""
    if asked.model or asked.server:
        raise Missing(
            f"Auscult already runs on port {port}, with the model that it was started with.",
            f"听诊台已在端口 {port} 运行，使用的是启动时指定的模型。",
            "Stop it with Ctrl+C in its terminal and start again.",
        )
