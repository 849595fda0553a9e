"""What must not be in a cassette: one table of numbered rules.

A `Pattern` finds a value by its look, in any text; where it names a group `v`, that group is the value. A `Member`
finds one by the name that it stands under: a member of JSON, a field of a form, a parameter of a query, a header, an
element of XML. `kind` says what kind of stand-in takes the value's place. The numbers stay: lint, the table of canaries
and the documentation refer to them.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["MEMBERS", "PARAMETERS", "PATTERNS", "PLAIN", "Member", "Pattern", "is_private_name", "rule_name"]

Accept = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Finds values by their look. accept: a second opinion on what looks right."""

    number: int
    name: str
    kind: str
    regex: re.Pattern[str]
    accept: Accept | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Finds values by the name that they stand under, spelled in any case and with any separators."""

    number: int
    name: str
    kind: str
    names: re.Pattern[str]


def _is_basic(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


def _has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _is_address(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_link_local or address.is_multicast)


def _is_new_guid(value: str) -> bool:
    return bool(value.strip("0-"))


def _pattern(number: int, name: str, kind: str, regex: str, accept: Accept | None = None, flags: int = 0) -> Pattern:
    return Pattern(number, name, kind, re.compile(regex, flags), accept)


_I = re.IGNORECASE
_HEX = "[0-9a-fA-F]"
_ARM = r"[^/?#%\s\"'\\<>&,;)\]}]+"
_SLASH = r"(?:/|%2F)"
_START = r"(?:(?<=%[0-9a-fA-F][0-9a-fA-F])|(?<![\w.%-]))"
"""Where a word begins: also behind a character that is encoded for URLs."""

_STORAGE = r"(?:blob|file|queue|table|dfs|web)\.(?:core\.windows\.net|storage\.azure\.net)"
_SERVICES = (
    r"(?:vault\.azure\.net|azurecr\.io|servicebus\.windows\.net|database\.windows\.net|documents\.azure\.com"
    r"|openai\.azure\.com|cognitiveservices\.azure\.com|search\.windows\.net|redis\.cache\.windows\.net"
    r"|azurewebsites\.net|notebooks\.azure\.net|azuredatabricks\.net|kusto\.windows\.net|eventgrid\.azure\.net"
    r"|postgres\.database\.azure\.com|mysql\.database\.azure\.com|azureedge\.net|cloudapp\.azure\.com)"
)
_TOKENS = (
    rf"{_START}"
    r"(?P<v>gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}"
    r"|pypi-[\w-]{40,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[\w-]{35}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|dapi[0-9a-f]{32}|SG\.[\w-]{16,}\.[\w-]{16,}|dckr_pat_[\w-]{20,})(?![\w-])"
)
_BEFORE = r"(?:[?&;\s\"']|%26|%3F|^)"
_APPLICATION = r"(?<![\w~.-])(?P<v>[\w~.-]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])"
_RESOURCE = rf"{_START}(?P<v>[\w-]{{2,63}})(?=(?:\.[\w-]+)?\.{_SERVICES})"
_IPV6 = rf"(?:(?<=%[0-9a-fA-F][0-9a-fA-F])|(?<![\w:.%]))(?P<v>(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{1,4}})(?![\w:])"
_ENDPOINT = rf"{_SLASH}(?:online|batch|serverless)Endpoints{_SLASH}(?P<v>{_ARM})"
_SAID = (
    r"(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|account[_-]?key|client[_-]?secret"
    r"|auth[_-]?token|access[_-]?token|private[_-]?key)"
)

PLAIN = re.compile(r"\w{0,19}")
"""A word in which no pattern finds anything, which most texts in JSON are."""

PATTERNS: tuple[Pattern, ...] = (
    _pattern(1, "PEM block", "pem", r"-----BEGIN [A-Z0-9 ]+-----.+?-----END [A-Z0-9 ]+-----", flags=re.DOTALL),
    _pattern(2, "JSON web token", "jwt", rf"{_START}eyJ[\w-]{{5,}}\.[\w-]{{6,}}\.[\w-]*(?:\.[\w-]+)*"),
    _pattern(
        3, "signature of a SAS", "sig", r"(?:[?&;\s\"']|%26|%3F|^)sig(?:=|%3D)(?P<v>[^&\s\"'<>\\;]{6,})", flags=_I
    ),
    _pattern(
        4,
        "key in a connection string",
        "secret",
        r"\b(?:AccountKey|SharedAccessKey|SharedSecret|Password|Pwd|Secret)=(?P<v>[^;&\"'\s<>\\]{3,})",
        flags=_I,
    ),
    _pattern(5, "bearer token", "secret", r"\bBearer\s+(?P<v>[\w.~+/-]{20,}=*)", _has_digit, _I),
    _pattern(6, "basic credentials", "secret", r"\bBasic\s+(?P<v>[A-Za-z0-9+/]{8,}={0,2})(?![\w-])", _is_basic, _I),
    _pattern(7, "signed request", "secret", r"\bSharedKey(?:Lite)?\s+[\w-]+:(?P<v>[A-Za-z0-9+/]{43}=)", flags=_I),
    _pattern(8, "key of a storage account", "secret", r"(?<![\w+/=])(?P<v>[A-Za-z0-9+/]{86}==)"),
    _pattern(
        9, "secret of an Entra application", "secret", r"(?<![\w~.-])(?P<v>[\w~.-]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])"
    ),
    _pattern(10, "refresh token of Entra", "secret", r"(?<![\w.])(?P<v>[01]\.A[\w-]{10,}[\w.-]{50,})"),
    _pattern(11, "token of a forge, a hub or another cloud", "secret", _TOKENS),
    _pattern(12, "SSH public key", "secret", r"\bssh-(?:rsa|ed25519|dss)\s+(?P<v>AAAA[\w+/]{20,}={0,2})"),
    _pattern(13, "user in a URL", "user", r"(?<=://)(?P<v>[^\s/:@\"'<>]+)(?=:[^\s/@\"'<>]+@)"),
    _pattern(14, "password in a URL", "secret", r"://[^\s/:@\"'<>]+:(?P<v>[^\s/@\"'<>]+)(?=@)"),
    _pattern(15, "user delegation key", "secret", r"<UserDelegationKey>.*?<Value>(?P<v>[^<]+)", flags=re.DOTALL),
    _pattern(
        16,
        "secret in configuration text",
        "secret",
        rf"(?:^|[\s,;{{(?&])[\w.-]*{_SAID}\s*[:=]\s*['\"]?(?P<v>[^\s'\",;#&<>\\]{{6,}})",
        _has_digit,
        _I | re.MULTILINE,
    ),
    _pattern(17, "e-mail address", "email", rf"{_START}(?P<v>[\w.+-]+(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}})"),
    _pattern(18, "Entra domain", "domain", rf"{_START}(?P<v>[\w-]+)(?=\.onmicrosoft\.com)", flags=_I),
    _pattern(19, "storage account", "account", rf"{_START}(?P<v>[a-z0-9]{{3,24}})(?=\.{_STORAGE})", flags=_I),
    _pattern(
        20,
        "host of a resource",
        "resource",
        rf"(?<![\w.-])(?P<v>[\w-]{{2,63}})(?=(?:\.[\w-]+)?\.{_SERVICES})",
        flags=_I,
    ),
    _pattern(
        21,
        "host of an endpoint or instance",
        "endpoint",
        rf"{_START}(?P<v>[\w-]{{2,63}})(?=\.[\w-]+\.(?:inference\.ml\.azure\.com|instances\.azureml\.\w+))",
        flags=_I,
    ),
    _pattern(
        22,
        "endpoint's path",
        "endpoint",
        rf"{_SLASH}(?:online|batch|serverless)Endpoints{_SLASH}(?P<v>{_ARM})",
        flags=_I,
    ),
    _pattern(23, "resource group", "group", rf"{_SLASH}resourceGroups{_SLASH}(?P<v>{_ARM})", flags=_I),
    _pattern(24, "workspace", "workspace", rf"{_SLASH}workspaces{_SLASH}(?P<v>{_ARM})", flags=_I),
    _pattern(25, "storage account's path", "account", rf"{_SLASH}storageAccounts{_SLASH}(?P<v>{_ARM})", flags=_I),
    _pattern(
        26,
        "path of another resource",
        "resource",
        rf"{_SLASH}Microsoft\.(?:KeyVault|ContainerRegistry|Insights|OperationalInsights|Network|ManagedIdentity|Compute"
        rf"|CognitiveServices|Search|Databricks)/\w+/(?P<v>{_ARM})",
        flags=_I,
    ),
    _pattern(27, "home folder", "user", r"(?:/(?:home|Users)/|\b[A-Z]:\\{1,4}Users\\{1,4})(?P<v>[\w.-]+)"),
    _pattern(28, "IPv4 address", "ip", rf"{_START}(?P<v>(?:\d{{1,3}}\.){{3}}\d{{1,3}})(?![\w.-]*\w)", _is_address),
    _pattern(
        29, "IPv6 address", "ip", rf"(?<![\w:.])(?P<v>(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{1,4}})(?![\w:])", _is_address
    ),
    _pattern(
        30,
        "guid: subscription, tenant, object and other ids",
        "guid",
        rf"(?:(?<=%{_HEX}{_HEX})|(?<!{_HEX}))(?P<v>{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})(?!{_HEX})",
        _is_new_guid,
    ),
    _pattern(31, "user in a connection string", "user", r"\b(?:User ?Id|Uid)=(?P<v>[^;\"'\s<>\\]{2,})", flags=_I),
    _pattern(32, "signed address of an operation", "sig", r"[?&][csh]=(?P<v>[\w-]{40,})"),
)


def _member(number: int, name: str, kind: str, names: str) -> Member:
    return Member(number, name, kind, re.compile(names))


MEMBERS: tuple[Member, ...] = (
    _member(
        41,
        "key or secret by its name",
        "secret",
        r".*(?:password|passwd|passphrase|secret|secrets|apikey|accesskey|accountkey|sharedkey|masterkey|privatekey"
        r"|functionkey|subscriptionkey|sastoken|accesstoken|refreshtoken|idtoken|authtoken|usertoken|bearertoken"
        r"|connectionstring|clientassertion|sharedaccesssignature|secretvalue)"
        r"|primarykey|secondarykey|key[12]|authkey|token|hftoken|githubtoken|pwd|sas|pat",
    ),
    _member(
        42,
        "name of a person or sign-in",
        "user",
        r"createdby|(?:last)?modifiedby|ownedby|username|userid|upn|userprincipalname|uniquename|preferredusername"
        r"|givenname|surname|mail|mlflowuser|adminusername|userpuid|puid|useraltsecid|principalname",
    ),
    _member(43, "name of a storage account", "account", r"(?:storage)?accountname"),
    _member(44, "name of a resource group", "group", r"resourcegroup(?:name)?"),
    _member(45, "name of a workspace", "workspace", r"workspacename"),
    _member(46, "name of a machine", "resource", r"hostname|computername|machinename|nodename|fqdn"),
    _member(
        47,
        "where the code comes from",
        "resource",
        r"(?:mlflowsource|azureml)git(?:repourl|repositoryuri|branch|commit|buildid|builduri)",
    ),
)

PARAMETERS: tuple[Member, ...] = (
    _member(51, "key in a query or a form", "secret", r"code|key|signature|xamzsignature|xgoogsignature|assertion"),
    _member(52, "signature in a query or a form", "sig", r"sig"),
)
"""Holds for queries and forms only: these names mean something else in JSON."""

_PUBLIC = frozenset(
    {"microsoft", "azureml", "azure", "system", "application", "user", "key", "managedidentity", "none"}
)


def is_private_name(value: str) -> bool:
    """Say whether a name under a `user` rule is somebody's: who made Azure's own assets, or what kind it is, is not."""
    return bool(value) and value.lower() not in _PUBLIC


def rule_name(number: int) -> str:
    """Return what a rule finds, in words."""
    rules: tuple[Pattern | Member, ...] = (*PATTERNS, *MEMBERS, *PARAMETERS)
    return next((rule.name for rule in rules if rule.number == number), "known to be secret")
