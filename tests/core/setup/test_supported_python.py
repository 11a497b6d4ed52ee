"""Which Python is refused, and what it is told."""

import pytest

from core.setup.supported_python import starts, version_sentence


@pytest.mark.parametrize("version", [(3, 11, 7), (3, 12, 0), (3, 13, 1)])
def test_supported_pythons_pass(version: tuple[int, ...]) -> None:
    assert version_sentence(version) == ""


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_another_python_gets_a_sentence_with_a_remedy(version: tuple[int, ...]) -> None:
    text = version_sentence(version, runs=lambda command: False)
    assert f"This is Python {version[0]}.{version[1]}." in text
    assert "3.11, 3.12 or 3.13" in text
    assert "start.py" in text


def test_a_supported_python_that_is_here_is_the_remedy() -> None:
    text = version_sentence((3, 9, 2), runs=lambda command: command == "python3.12")
    assert text.endswith("python3.12 start.py")


def test_a_command_that_is_not_there_does_not_start() -> None:
    assert not starts("python3.no-such")
