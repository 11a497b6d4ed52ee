"""Which addresses and names of this machine are served, and which are refused."""

import socket
from collections import namedtuple
from ipaddress import IPv4Address

import psutil
import pytest

from core.ward import addresses
from core.ward.addresses import names, served
from core.ward.problems import WardProblem

WARD, OFFICE, PUBLIC = map(IPv4Address, ("192.168.7.20", "10.1.0.4", "8.8.4.4"))
Address = namedtuple("Address", "family address")
State = namedtuple("State", "isup")


def here() -> tuple[IPv4Address, ...]:
    return (WARD, OFFICE, PUBLIC)


def test_every_private_address_is_served_and_no_public_one() -> None:
    assert served([], here) == ("192.168.7.20", "10.1.0.4")


def test_a_person_chooses_among_the_own_ones_the_public_included() -> None:
    assert served(["10.1.0.4"], here) == ("10.1.0.4",)
    assert served(["8.8.4.4", "10.1.0.4", "8.8.4.4"], here) == ("8.8.4.4", "10.1.0.4")


@pytest.mark.parametrize("typed", ["192.168.7.21", "127.0.0.1", "0.0.0.0", "ward-pc", "", "10.1.4"])
def test_an_address_of_another_machine_is_refused_and_the_own_are_named(typed: str) -> None:
    with pytest.raises(WardProblem) as caught:
        served([typed], here)
    assert caught.value.key == "ward.refused.foreign_address"
    assert caught.value.values == {"address": typed, "own": "192.168.7.20, 10.1.0.4, 8.8.4.4"}


def test_without_a_private_address_nothing_is_served() -> None:
    with pytest.raises(WardProblem) as caught:
        served([], lambda: (PUBLIC,))
    assert caught.value.key == "ward.refused.no_address"


def test_only_ipv4_of_interfaces_that_are_up_count(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "lo": [Address(socket.AF_INET, "127.0.0.1")],
        "eth0": [Address(socket.AF_INET, "10.1.0.4"), Address(socket.AF_INET6, "fd00::4")],
        "eth1": [Address(socket.AF_INET, "169.254.3.3")],
        "wlan0": [Address(socket.AF_INET, "192.168.7.20")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
    monkeypatch.setattr(
        psutil, "net_if_stats", lambda: {name: State(name != "wlan0") for name in found}
    )
    assert addresses.own() == (OFFICE,)


def test_this_machine_has_no_loopback_among_its_addresses() -> None:
    assert not any(address.is_loopback for address in addresses.own())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("Ward-PC", ("ward-pc", "ward-pc.local")),
        ("pc.ward.example", ("pc.ward.example", "pc", "pc.local")),
        ("pc.local", ("pc.local", "pc")),
        ("localhost", ()),
        ("localhost.localdomain", ()),
        ("病区", ()),
    ],
)
def test_the_host_name_is_served_in_its_forms(host: str, expected: tuple[str, ...]) -> None:
    assert names([], lambda: host) == expected


def test_names_that_were_asked_for_come_first() -> None:
    asked = names(["Auscult.Hospital.example"], lambda: "pc")
    assert asked == ("auscult.hospital.example", "pc", "pc.local")


@pytest.mark.parametrize("typed", ["", "a b", "a,b", "-a", "a..b", "10.1.0.4", "a:80", "*.x", "é"])
def test_what_is_no_host_name_is_refused(typed: str) -> None:
    with pytest.raises(WardProblem) as caught:
        names([typed], lambda: "pc")
    assert caught.value.values == {"name": typed}
