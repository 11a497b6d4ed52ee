"""What `[auth]` of secrets.toml must hold before the hospital's sign-in is offered."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.safety.egress import Named
from core.settings import ROOT
from core.ui import hospital
from core.ui.hospital import Configured, judged

WHOLE: dict[str, Any] = {
    "redirect_uri": "https://auscult.hospital.example/oauth2callback",
    "cookie_secret": "0" * 64,
    "client_id": "auscult",
    "client_secret": "x",
    "server_metadata_url": "https://SSO.hospital.example/.well-known/openid-configuration",
    "client_kwargs": {"prompt": "login"},
}


def test_a_whole_section_names_the_one_host_that_may_be_reached() -> None:
    found = judged(WHOLE)
    assert found.state == "ready" and found.beyond == (
        Named("sign_in", "sso.hospital.example", 443),
    )
    assert found.here == "https://auscult.hospital.example"
    here = judged({**WHOLE, "server_metadata_url": "http://localhost:8080/x"})
    assert here.state == "ready" and here.beyond == ()
    port = judged({**WHOLE, "server_metadata_url": "https://sso.hospital.example:8443/x"})
    assert port.beyond == (Named("sign_in", "sso.hospital.example", 8443),)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"client_secret": ""}, "door.hospital.incomplete"),
        ({"cookie_secret": None}, "door.hospital.incomplete"),
        ({"client_kwargs": {}}, "door.hospital.prompt"),
        ({"client_kwargs": {"prompt": "select_account"}}, "door.hospital.prompt"),
        ({"client_kwargs": {"prompt": "login none"}}, "door.hospital.prompt"),
        ({"server_metadata_url": "http://sso.hospital.example/x"}, "door.hospital.https"),
        ({"server_metadata_url": "sso.hospital.example"}, "door.hospital.https"),
        ({"redirect_uri": "https://auscult.hospital.example/"}, "door.hospital.redirect"),
        ({"client_id": 7}, "door.hospital.incomplete"),
        ({"server_metadata_url": 443}, "door.hospital.incomplete"),
        ({"client_kwargs": "prompt=login"}, "door.hospital.prompt"),
        ({"client_kwargs": ["login"]}, "door.hospital.prompt"),
        ({"server_metadata_url": "https://[::1/x"}, "door.hospital.https"),
        ({"server_metadata_url": "https://sso.hospital.example:99999/x"}, "door.hospital.https"),
        ({"server_metadata_url": "https://sso.hospital.example:a/x"}, "door.hospital.https"),
        ({"server_metadata_url": "ftp://localhost/x"}, "door.hospital.https"),
        ({"redirect_uri": "https://[::1/oauth2callback"}, "door.hospital.redirect"),
        ({"redirect_uri": "https://a.example:99999/oauth2callback"}, "door.hospital.redirect"),
        ({"redirect_uri": "ftp://a.example/oauth2callback"}, "door.hospital.redirect"),
    ],
)
def test_a_section_that_would_not_be_safe_is_not_used(
    changed: dict[str, Any], problem: str
) -> None:
    found = judged({**WHOLE, **changed})
    assert (found.state, found.problem, found.beyond) == ("wrong", problem, ())


@pytest.mark.parametrize(
    ("spelled", "here"),
    [
        ("https://Auscult.Hospital.Example:443/oauth2callback", "https://auscult.hospital.example"),
        ("HTTPS://auscult.hospital.example/oauth2callback", "https://auscult.hospital.example"),
        ("http://localhost:80/oauth2callback", "http://localhost"),
        ("http://localhost:6006/oauth2callback", "http://localhost:6006"),
        ("https://[FD00::1]:8443/oauth2callback", "https://[fd00::1]:8443"),
        (
            "https://auscult.hospital.example:80/oauth2callback",
            "https://auscult.hospital.example:80",
        ),
    ],
)
def test_the_way_back_is_the_address_as_a_browser_spells_it(spelled: str, here: str) -> None:
    assert judged({**WHOLE, "redirect_uri": spelled}).here == here


@pytest.mark.parametrize("written", ['auth = "x"', "[auth]\nserver_metadata_url = 1"])
def test_a_section_of_any_shape_does_not_stop_the_server(tmp_path: Path, written: str) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(written, "utf-8")
    script = "from core.ui import hospital; print(hospital.configured().problem)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "door.hospital.incomplete", done.stderr


def test_without_the_section_nothing_changes_and_nothing_of_it_is_loaded() -> None:
    script = (
        "import sys, streamlit\n"
        "from core.ui import hospital, hospital_route\n"
        "assert hospital.configured() == hospital.Configured('absent')\n"
        "assert hospital.configured().beyond == ()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('authlib', 'httpx2')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_only_so_many_refused_accounts_are_remembered() -> None:
    names = [hospital.refuse(f"account {n}") for n in range(hospital.MOST + 1)]
    assert hospital.refused(names[0]) == "–"
    assert hospital.refused(names[-1]) == f"account {hospital.MOST}"
    assert Configured("absent").beyond == ()
