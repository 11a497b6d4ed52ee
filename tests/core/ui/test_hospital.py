"""What `[auth]` of secrets.toml must hold before the hospital's sign-in is offered."""

import subprocess
import sys
from typing import Any

import pytest

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
    assert found.state == "ready" and found.beyond == ("sso.hospital.example", 443)
    assert found.here == "https://auscult.hospital.example"
    here = judged({**WHOLE, "server_metadata_url": "http://localhost:8080/x"})
    assert here.state == "ready" and here.beyond is None
    port = judged({**WHOLE, "server_metadata_url": "https://sso.hospital.example:8443/x"})
    assert port.beyond == ("sso.hospital.example", 8443)


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
    ],
)
def test_a_section_that_would_not_be_safe_is_not_used(
    changed: dict[str, Any], problem: str
) -> None:
    found = judged({**WHOLE, **changed})
    assert (found.state, found.problem, found.beyond) == ("wrong", problem, None)


def test_without_the_section_nothing_changes_and_nothing_of_it_is_loaded() -> None:
    script = (
        "import sys, streamlit\n"
        "from core.ui import hospital, hospital_route\n"
        "assert hospital.configured() == hospital.Configured('absent')\n"
        "assert hospital.configured().beyond is None\n"
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
    assert Configured("absent").beyond is None
