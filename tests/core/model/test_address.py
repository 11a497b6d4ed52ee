"""Where an address leads, by its words, and which one may be asked."""

import pytest

from core.model.address import Address, allowed, place, read_address
from core.model.problems import ModelProblem


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://127.0.0.1:8000/v1", "this machine"),
        ("http://127.0.0.2:8000/v1", "this machine"),
        ("http://localhost:8000/v1", "this machine"),
        ("http://[::1]:8000/v1", "this machine"),
        ("https://10.0.0.7/v1", "private"),
        ("https://172.31.0.7/v1", "private"),
        ("https://192.168.1.2:8000/v1", "private"),
        ("https://[fd00::7]/v1", "private"),
        ("http://gpu1/v1", "private"),
        ("http://GPU1.hospital.LOCAL:8000/v1", "private"),
        ("http://gpu1.ward.internal/v1", "private"),
        ("http://gpu1.home.arpa/v1", "private"),
        ("https://8.8.8.8/v1", "public"),
        ("https://172.32.0.1/v1", "public"),
        ("https://169.254.169.254/v1", "public"),
        ("https://192.0.2.1/v1", "public"),
        ("https://100.64.0.1/v1", "public"),
        ("https://[2001:db8::1]/v1", "public"),
        ("https://[::ffff:8.8.8.8]/v1", "public"),
        ("http://0.0.0.0/v1", "public"),
        ("https://api.example.com/v1", "public"),
        ("https://local.example.com/v1", "public"),
        ("https://notlocal/v1", "private"),
        ("https://x.notlocal/v1", "public"),
        ("https://arpa.example/v1", "public"),
    ],
)
def test_an_address_tells_where_it_leads(url: str, where: str) -> None:
    assert place(url) == where


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "http://", "ftp://x/v1", "http://a:b@127.0.0.1/v1", "http://key@gpu1/v1"),
        *("http://127.1/v1", "http://2130706433/v1", "http://0x7f.1/v1", "http://0x8080808/v1"),
        *("http://gpu1:0/v1", "http://gpu1:99999/v1", "http://gpu1:x/v1", "http://gpu1/v1?key=a"),
        *("http://gpu1/v1#a", "http://gpu1.local./v1", "http://gpü1.local/v1", "http://[::1/v1"),
        *("http://a b/v1", "http://-gpu/v1"),
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(ModelProblem) as refused:
        read_address(url)
    assert refused.value.key == "model.server.url"


def test_the_port_goes_without_saying() -> None:
    assert read_address("https://gpu1/v1") == Address("https", "gpu1", 443, "private")
    assert read_address("http://gpu1/v1").port == 80


def test_outside_needs_tls_and_its_very_host() -> None:
    url = "https://Models.example.com/v1"
    assert allowed(url, "models.EXAMPLE.com").place == "public"
    for confirmed in ("", "example.com", "x.models.example.com", "models.example.com:443"):
        with pytest.raises(ModelProblem) as refused:
            allowed(url, confirmed)
        assert refused.value.key == "model.server.public"
    with pytest.raises(ModelProblem) as refused:
        allowed("http://models.example.com/v1", "models.example.com")
    assert refused.value.key == "model.server.plain"
    assert allowed("http://gpu1.hospital.local/v1").place == "private"


@pytest.mark.parametrize(
    ("url", "others"),
    [
        ("http://10.0.0.7/v1", True),
        ("https://10.0.0.7/v1", False),
        ("http://127.0.0.1/v1", False),
        ("http://gpu1/v1", True),
    ],
)
def test_what_crosses_a_network_in_clear_is_known(url: str, others: bool) -> None:
    assert read_address(url).readable_by_others is others
