"""Settings are read from the environment once; a wrong one is refused with what is likely meant."""

from pathlib import Path

import pytest

from core import settings
from core.errors import BadSetting
from core.settings import ASSETS, default_data_folder, default_key_file, read


def test_without_anything_set_the_defaults_hold() -> None:
    given = read({"HOME": "/home/x", "XDG_DATA_HOME": "/var/x"})
    assert (given.port, given.address, given.assets) == (6006, "127.0.0.1", ASSETS)
    assert given.data == default_data_folder(env={"XDG_DATA_HOME": "/var/x"})


def test_each_setting_is_taken() -> None:
    given = read(
        {
            "AUSCULT_DATA": "/somewhere",
            "AUSCULT_PORT": "7001",
            "AUSCULT_ADDRESS": "::1",
            "AUSCULT_ASSETS": "/tables",
            "AUSCULT_DATABASE_URL": "postgresql://ward@db/records",
            "AUSCULT_KEY_FILE": "/keys/master.key",
            "AUSCULT_WARD": "10.77.0.1,Ward-PC.local",
            "AUSCULT_CERTIFICATE": "/ward/certificate.pem",
            "AUSCULT_HOSTS": "Auscult.ward.example, 10.0.0.5",
        }
    )
    assert given == settings.Settings(
        Path("/somewhere"),
        7001,
        "::1",
        Path("/tables"),
        "postgresql://ward@db/records",
        Path("/keys/master.key"),
        ("10.77.0.1", "ward-pc.local"),
        Path("/ward/certificate.pem"),
        ("auscult.ward.example", "10.0.0.5"),
    )
    assert given.tls


def test_the_home_folder_may_be_written_as_a_tilde() -> None:
    assert read({"AUSCULT_DATA": "~/auscult"}).data == Path.home() / "auscult"


@pytest.mark.parametrize(("name", "near"), [("AUSCULT_PROT", "AUSCULT_PORT"), ("AUSCULT_QQQ", "-")])
def test_an_unknown_name_is_refused_with_the_nearest_known_one(name: str, near: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({name: "1"})
    assert caught.value.key == "error.setting.unknown"
    assert caught.value.values == {"name": name, "near": near}


def test_names_for_tests_are_not_settings() -> None:
    assert read({"AUSCULT_TEST_ANYTHING": "1"}).port == 6006


@pytest.mark.parametrize("port", ["0", "65536", "-1", "6006.0", "", " 6006", "x", "六"])
def test_a_port_outside_its_range_is_refused(port: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_PORT": port})
    assert caught.value.key == "error.setting.port"


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_ends_of_the_range_are_taken(port: str) -> None:
    assert read({"AUSCULT_PORT": port}).port == int(port)


@pytest.mark.parametrize("host", ["*", "*.example", "a:80", "http://a", "a b", "-a", "[::1]"])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_HOSTS": f"good.example,{host}"})
    assert caught.value.key == "error.setting.hosts"
    assert caught.value.values == {"name": "AUSCULT_HOSTS", "value": host}


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_an_address_beyond_loopback_is_refused(address: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_ADDRESS": address})
    assert caught.value.values == {"value": address}


@pytest.mark.parametrize("hosts", ["a b", "10.0.0.1:80", "a|b", "[::1]", "x,*", "-a", "a/b"])
def test_what_is_no_host_is_refused_for_the_ward(hosts: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_WARD": hosts})
    assert caught.value.key == "error.setting.hosts"
    assert caught.value.values["name"] == "AUSCULT_WARD"


def test_without_a_ward_or_a_certificate_there_is_no_tls() -> None:
    assert not read({"AUSCULT_CERTIFICATE": "/c.pem"}).tls
    assert not read({"AUSCULT_WARD": "10.0.0.1", "AUSCULT_CERTIFICATE": ""}).tls
    assert read({"AUSCULT_WARD": ""}).ward == ()


def test_each_system_has_its_own_data_folder() -> None:
    windows = default_data_folder("win32", {"LOCALAPPDATA": "C:/local"})
    assert windows == Path("C:/local") / "Auscult"
    assert default_data_folder("darwin", {}).parts[-3:] == (
        "Library",
        "Application Support",
        "Auscult",
    )
    assert default_data_folder("linux", {}).parts[-3:] == (".local", "share", "auscult")


def test_each_system_keeps_the_key_apart_from_the_data() -> None:
    for platform, env in (
        ("win32", {"LOCALAPPDATA": "C:/local"}),
        ("darwin", {}),
        ("linux", {"XDG_CONFIG_HOME": "/conf", "XDG_DATA_HOME": "/share"}),
    ):
        key, data = default_key_file(platform, env), default_data_folder(platform, env)
        assert key.name == "master.key"
        assert not key.is_relative_to(data)
    assert default_key_file("linux", {"XDG_CONFIG_HOME": "/conf"}).parent == Path("/conf/auscult")


def test_a_key_inside_the_data_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "elsewhere" / ".." / "data" / "master.key"
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_DATA": str(tmp_path / "data"), "AUSCULT_KEY_FILE": str(inside)})
    assert caught.value.key == "error.setting.key_file"


@pytest.mark.parametrize("url", ["mysql://u:secret@db/x", "sqlite:///x", "db.local", "postgres:/x"])
def test_an_address_of_another_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read({"AUSCULT_DATABASE_URL": url})
    assert caught.value.key == "error.setting.database"
    assert "secret" not in f"{caught.value} {caught.value.values}"


def test_the_settings_of_a_process_are_read_once(
    own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.current().data == own_data_folder
    monkeypatch.setenv("AUSCULT_DATA", "/elsewhere")
    assert settings.current().data == own_data_folder
