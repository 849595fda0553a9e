"""Who may use blob storage: a shared key, a shared access signature or a token of Entra."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fakes.emulator.exchange import Request
from fakes.world.errors import Conflict, Forbidden, Unauthenticated
from fakes.world.storage_keys import account_key, check_sas, refused, sign

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_PERMISSIONS: Mapping[str, str] = {"GET": "r", "HEAD": "r", "PUT": "acw", "DELETE": "d"}
"""The permissions of which a signature must grant one, by method; listing needs `l` (documented)."""


def authorise(call: Call) -> None:
    """Accept the caller or raise what the service answers; public access is off."""
    header = call.request.headers.get("authorization", "")
    account = call.host["account"]
    if header.startswith("SharedKey "):
        _check_shared_key(call, header, account)
    elif header:
        _check_token(call, header, account)
    elif "sig" in call.request.query:
        key = account_key(call.world.seed, account)
        check_sas(call.request.query, account, key, call.request.path.lstrip("/"), call.world.clock.now())
        _check_permission(call.request)
    else:
        raise Conflict("Public access is not permitted on this storage account.", code="PublicAccessNotPermitted")


def _check_token(call: Call, header: str, account: str) -> None:
    audiences = ("https://storage.azure.com", f"https://{account}.blob.core.windows.net")
    try:
        call.world.identity.verify(header, audiences, call.world.clock.now())
    except Unauthenticated as error:
        raise Unauthenticated(
            "Server failed to authenticate the request. Please refer to the information in the "
            "www-authenticate header.",
            code="InvalidAuthenticationInfo",
            details=(("AuthenticationErrorDetail", error.message),),
        ) from None


def _check_permission(request: Request) -> None:
    query, path = request.query, request.path.strip("/")
    level = "o" if "/" in path else "c" if path else "s"
    if "srt" in query and level not in query["srt"]:
        raise _not_granted("resource type", "AuthorizationResourceTypeMismatch")
    needed = "l" if query.get("comp") == "list" else _PERMISSIONS[request.method]
    if not set(needed) & set(query.get("sp", "")):
        raise _not_granted("permission", "AuthorizationPermissionMismatch")


def _not_granted(what: str, code: str) -> Forbidden:
    message = f"This request is not authorized to perform this operation using this {what}."
    return Forbidden(message, code=code)


def _check_shared_key(call: Call, header: str, account: str) -> None:
    owner, _, signature = header.removeprefix("SharedKey ").partition(":")
    text = _string_to_sign(call.request, account)
    expected = sign(account_key(call.world.seed, account), text)
    if owner != account or not hmac.compare_digest(signature.encode(), expected.encode()):
        shown = text.replace("\n", "\\n")
        raise refused(
            f"The MAC signature found in the HTTP request '{signature}' is not the same as any computed "
            f"signature. Server used following string to sign: '{shown}'."
        )


def _string_to_sign(request: Request, account: str) -> str:
    """Return what a client signs with the account's key (documented for 2015-02-21 and later)."""
    headers = request.headers
    values = [headers.get(name, "") for name in _SIGNED_HEADERS]
    if values[2] == "0":
        values[2] = ""
    special = sorted((name for name in headers if name.startswith("x-ms-")), key=_collation)
    query = sorted(request.query.items())
    return "\n".join(
        (
            request.method,
            *values,
            *(f"{name}:{headers[name]}" for name in special),
            f"/{account}{urlsplit(request.url).path}",
        )
    ) + "".join(f"\n{name.lower()}:{value}" for name, value in query)


def _collation(name: str) -> str:
    """Return what header names are sorted by: hyphens count for nothing, underscores come first."""
    return name.replace("-", "").replace("_", " ")
