"""Where the data go and which port is asked for, settled before the server starts.

Knows: the order of command line, environment and defaults; what the folder must allow.
Does not know: what is kept in the folder. A folder that others can read is reported, not changed.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from core.errors import BadSetting
from core.records.files import private_folder
from core.settings import read
from core.setup.console import Missing, say

BAD_SETTINGS = {
    "error.setting.unknown": (
        "{name} is no setting; the nearest is {near}.",
        "没有此设置：{name}。",
    ),
    "error.setting.port": ("{value} is no port; use 1 to 65535.", "端口须为 1 至 65535。"),
    "error.setting.address": (
        "{value} is not this computer; use 127.0.0.1. Tablets: python3 start.py --lan",
        "仅支持本机地址。平板电脑访问：python3 start.py --lan",
    ),
    "error.setting.hosts": ("{name}: {value} is no host name.", "{name}：{value} 不是主机名。"),
    "error.setting.database": (
        "AUSCULT_DATABASE_URL must begin with postgresql://",
        "AUSCULT_DATABASE_URL 须以 postgresql:// 开头。",
    ),
    "error.setting.key_file": (
        "The key file {file} lies inside the data folder; set AUSCULT_KEY_FILE to a place outside.",
        "密钥文件 {file} 位于数据文件夹内，请将 AUSCULT_KEY_FILE 设到其外。",
    ),
}


def settings(
    port: int | None, data: str | None, env: Mapping[str, str] = os.environ
) -> tuple[Path, int]:
    """Data folder (absolute) and port: the command line first, then AUSCULT_*, then defaults."""
    asked = {"AUSCULT_PORT": str(port) if port is not None else "", "AUSCULT_DATA": data or ""}
    try:
        chosen = read({**env, **{k: v for k, v in asked.items() if v}})
    except BadSetting as why:
        english, chinese = BAD_SETTINGS[why.key]
        raise Missing(english.format(**why.values), chinese.format(**why.values)) from why
    except RuntimeError as why:  # no HOME, as in some containers
        raise Missing(
            "This user has no home folder for the data.",
            "此用户没有主目录，无法确定数据文件夹。",
            "python3 start.py --data FOLDER",
        ) from why
    return Path.cwd() / chosen.data, chosen.port


def prepare_data(folder: Path) -> None:
    """Makes the data folder and its parents, mode 0700; raises `Missing` if it takes no file."""
    try:
        private_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as why:
        raise Missing(
            f"The data folder {folder} cannot be used: {why.strerror}.",
            f"无法使用数据文件夹 {folder}。",
            "Give this user the right to write there, or choose another: "
            "python3 start.py --data FOLDER",
        ) from why
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        say(
            f"Other users of this computer can read {folder}.",
            f'其他用户可读取数据文件夹。\n  chmod 700 "{folder}"',
        )
