"""Keys of storage accounts and the shared access signatures made with them (documented; SDK source)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import quote

from fakes.world.errors import Forbidden

SAS_VERSION = "2021-08-06"
"""The service version of the signatures that we issue."""
_WITH_SCOPE = "2020-12-06"
"""The first service version whose strings to sign have a line for the encryption scope (documented)."""
_FIRST = "2018-11-09"
"""The first service version with lines for resource and snapshot; signatures of older ones are refused."""


def account_key(world_seed: int, account: str) -> str:
    """Return the key of a storage account: 64 bytes in base64, always the same for a seed."""
    return base64.b64encode(hashlib.sha512(f"{world_seed}/{account}".encode()).digest()).decode()


def sign(key: str, text: str) -> str:
    """Return the HMAC-SHA256 of `text` in base64."""
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def sas_token(key: str, account: str, now: datetime, hours: float) -> str:
    """Return a signature for every blob and container of `account`, without a leading question mark.

    Services, resource types, permissions and their order are those of a recorded `listSecrets` (2026).
    """
    granted = {"se": _instant(now + timedelta(hours=hours)), "srt": "co", "ss": "bf", "sp": "rcuwdl"}
    version = {"sv": SAS_VERSION}
    return _encoded({**version, "sig": sign(key, _account_text(account, version | granted)), **granted})


def container_sas(
    key: str, account: str, container: str, now: datetime, hours: float, permissions: str = "rcwl"
) -> str:
    """Return a signature for one container; `rcwl` is what temporary data references carry (recorded)."""
    query = {"sv": SAS_VERSION, "sr": "c", "se": _instant(now + timedelta(hours=hours)), "sp": permissions}
    query["sig"] = sign(key, _service_text(account, query, container))
    return _encoded(query)


def check_sas(query: Mapping[str, str], account: str, key: str, path: str, now: datetime) -> None:
    """Accept the signature in `query` for a blob or container; Forbidden says what is wrong with it.

    `path` is decoded and has no leading slash: `container` or `container/blob`.
    """
    if "ss" in query:
        text = _account_text(account, query)
    else:
        scope = path if query.get("sr") == "b" else path.partition("/")[0]
        text = _service_text(account, query, scope)
    if query.get("sv", "") < _FIRST or not hmac.compare_digest(sign(key, text).encode(), query["sig"].encode()):
        raise refused(f"Signature did not match. String to sign used was {text}")
    start, expiry = query.get("st", ""), query.get("se", "")
    if (start and now < _parsed(start)) or now >= _parsed(expiry):
        raise refused(
            f"Signature not valid in the specified time frame: Start [{start and _http(_parsed(start))}] - "
            f"Expiry [{_http(_parsed(expiry))}] - Current [{_http(now)}]"
        )


def refused(detail: str) -> Forbidden:
    """Return the service's error for a request that is not authentic, with its reason (documented)."""
    return Forbidden(
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed "
        "correctly including the signature.",
        code="AuthenticationFailed",
        details=(("AuthenticationErrorDetail", detail),),
    )


def _account_text(account: str, query: Mapping[str, str]) -> str:
    lines = [account, *(query.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv"))]
    if query.get("sv", "") >= _WITH_SCOPE:
        lines.append(query.get("ses", ""))
    return "\n".join(lines) + "\n"


def _service_text(account: str, query: Mapping[str, str], path: str) -> str:
    before = [query.get(name, "") for name in ("sp", "st", "se")]
    after = [query.get(name, "") for name in ("si", "sip", "spr", "sv", "sr", "snapshot")]
    if query.get("sv", "") >= _WITH_SCOPE:
        after.append(query.get("ses", ""))
    overrides = [query.get(name, "") for name in ("rscc", "rscd", "rsce", "rscl", "rsct")]
    return "\n".join([*before, f"/blob/{account}/{path}", *after, *overrides])


def _encoded(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def _instant(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _http(moment: datetime) -> str:
    return format_datetime(moment.astimezone(timezone.utc), usegmt=True)


def _parsed(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise refused(f"Signature fields not well formed: {text!r} is not a time in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
