"""What the codec server is told, and refuses."""

import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from lib.settings.payload_keys import new_entry
from services.codec_server.access import new_token
from services.codec_server.settings import DEVELOPMENT_TOKENS, CodecServerSettings

OWN = {
    "ENVIRONMENT": "production",
    "PAYLOAD_KEYS": new_entry("own"),
    "PAYLOAD_KEY": "own",
    "CODEC_SERVER_TOKENS": new_token("anna")[1],
    "CODEC_SERVER_ORIGINS": "https://temporal.example",
}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what the test says counts: neither this machine's environment nor its .env."""
    monkeypatch.chdir(tmp_path)
    for name in CodecServerSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_production_takes_what_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key to write by, and tokens of people."""
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    assert CodecServerSettings().payload_key == "own"


@pytest.mark.parametrize("forgotten", ["PAYLOAD_KEY", "CODEC_SERVER_TOKENS", "CODEC_SERVER_ORIGINS"])
def test_production_refuses_developments(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payloads in clear, a token that everybody can read in the repository, a page over http: each is named."""
    for name, value in OWN.items():
        if name != forgotten:
            monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=forgotten) as refused:
        CodecServerSettings()
    assert not any(OWN[name] in str(refused.value) for name in ("PAYLOAD_KEYS", "CODEC_SERVER_TOKENS"))


def test_developments_token_is_the_one_that_is_told() -> None:
    """.env.example and docs/privacy.md name it."""
    digest = hashlib.sha256(b"development-codec-token").hexdigest()
    assert (f"developer:{digest}",) == DEVELOPMENT_TOKENS


def test_developments_token_is_known_under_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside tokens of one's own, too."""
    digest = hashlib.sha256(b"development-codec-token").hexdigest()
    for name, value in (OWN | {"CODEC_SERVER_TOKENS": f"{OWN['CODEC_SERVER_TOKENS']},ben:{digest}"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="production needs its own CODEC_SERVER_TOKENS"):
        CodecServerSettings()


@pytest.mark.parametrize("entry", ["anna", "anna:short", f"Anna:{'a' * 64}", f"anna:{'A' * 64}", "bpc_a-token"])
def test_what_is_no_entry_is_named_by_its_place_alone(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the token itself."""
    monkeypatch.setenv("CODEC_SERVER_TOKENS", f"{OWN['CODEC_SERVER_TOKENS']}, {entry}")
    with pytest.raises(ValidationError, match="entry 2 is not <name>:<sha256>") as refused:
        CodecServerSettings()
    assert OWN["CODEC_SERVER_TOKENS"] not in str(refused.value)
    assert f"{entry}'" not in str(refused.value)


@pytest.mark.parametrize("origin", ["*", "http://ui.example/", "ui.example", "HTTP://ui.example"])
def test_an_origin_is_written_as_browsers_do(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other would never be equal to one."""
    monkeypatch.setenv("CODEC_SERVER_ORIGINS", origin)
    with pytest.raises(ValidationError):
        CodecServerSettings()
