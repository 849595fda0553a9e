"""What is published holds no secret and nothing of the machine it was written on."""

from __future__ import annotations

import re

import pytest

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.:/>}-])/(?:home|root|Users|work|workspace|opt)/[\w.-]+",
    "a Windows home folder": r"[A-Z]:\\Users\\",
    "the address of a package index": r"(?:index-url|find-links|trusted-host)\s*[= ]\s*\S|//[^\s/]+/(?:simple|pypi)/",
    "a shared access signature": r"[?&]sig=[\w%+/-]{20}",
    "a storage account key": r"AccountKey=[\w+/]{20}",
    "a bearer token": r"\beyJ[\w-]{20,}\.eyJ[\w-]{10}",
    "a private key": r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY",
    "a token of a forge or a model hub": r"\b(?:gh[pousr]|github_pat|hf)_[A-Za-z0-9]{30}",
    "a neighbouring folder that others do not have": r"\.\./(?:shared|seeds|facts)\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str, files: dict[str, str]) -> None:
    """No file of the project holds what belongs to one machine, one account or one person."""
    pattern = re.compile(FORBIDDEN[what])

    assert [f"{path}: {found.group()!r}" for path, text in files.items() for found in pattern.finditer(text)] == []


@pytest.mark.parametrize(
    ("what", "parts"),
    [
        ("a path of one machine", ("see /", "home/someone/notes")),
        ("a Windows home folder", ("C:", "\\Users\\someone")),
        ("the address of a package index", ("--extra-index", "-url https://x.example/")),
        ("a shared access signature", ("?sv=2024&", "sig=", "a" * 43)),
        ("a storage account key", ("Account", "Key=", "a" * 86)),
        ("a bearer token", ("Bearer ", "eyJ", "a" * 30, ".eyJ", "a" * 30)),
        ("a private key", ("-----BEGIN ", "PRIVATE KEY-----")),
        ("a token of a forge or a model hub", ("ghp", "_", "a" * 36)),
        ("a neighbouring folder that others do not have", ("../", "shared/x")),
    ],
)
def test_a_planted_secret_is_found(what: str, parts: tuple[str, ...]) -> None:
    """Each pattern finds a specimen of what it is there for."""
    assert re.search(FORBIDDEN[what], "".join(parts))


def test_constraints_are_pins_without_addresses(files: dict[str, str]) -> None:
    """Every line of constraints.txt is a name with one exact version, and a marker at most."""
    pin = re.compile(r"[a-z0-9][a-z0-9._-]*==[\w.+]+( ; .+)?")

    assert [line for line in files["constraints.txt"].splitlines() if not pin.fullmatch(line)] == []
