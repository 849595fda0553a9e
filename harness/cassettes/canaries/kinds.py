"""The kinds of canaries: what each secret is, and where it is planted."""

from __future__ import annotations

import gzip
import json
import string
from urllib.parse import quote

from harness.cassettes.canaries.forms import (
    ARM,
    PROVIDER,
    Exchange,
    Planted,
    answer,
    answered_header,
    application_secret,
    array,
    asked,
    b64,
    email,
    foreign_jwt,
    form,
    guid,
    header,
    ipv4,
    ipv6,
    jwt,
    key,
    letters,
    log,
    name,
    pem,
    person,
    sent,
    sign_in,
    upload,
    xml,
    zipped,
)

__all__ = ["PLANTED"]

PLANTED: tuple[Planted, ...] = (
    Planted("access token", "request header Authorization", jwt, header("Authorization", "Bearer {}")),
    Planted("opaque token", "request header x-azureml-token", letters(48), header("x-azureml-token")),
    Planted("session cookie", "response header Set-Cookie", letters(32), answered_header("Set-Cookie", "s={}; Secure")),
    Planted("API key", "request header api-key", letters(32), header("api-key")),
    Planted(
        "basic credentials",
        "header of an answer",
        lambda c: b64(f"jane:{letters(12)(c)}"),
        answered_header("x-proxy", "Basic {}"),
    ),
    Planted("subscription", "path", guid, asked(ARM + "/subscriptions/{}/resourceGroups")),
    Planted(
        "tenant",
        "header WWW-Authenticate",
        guid,
        answered_header("WWW-Authenticate", 'Bearer authorization_uri="https://login.windows.net/{}"'),
    ),
    Planted("object id", "JSON member", guid, answer(lambda s: {"identity": {"principalId": s}})),
    Planted("object id in capitals", "plain text", lambda c: guid(c).upper(), log("assigned to {}\n")),
    Planted(
        "workspace id without dashes",
        "name of a container",
        lambda c: guid(c),
        answer(lambda s: [s, f"ws-{s.replace('-', '')}"]),
    ),
    Planted(
        "signature of a SAS", "query", key(32), asked("https://x.blob.core.windows.net/c/b?sv=2024-11-04&sp=r&sig={}")
    ),
    Planted(
        "signature of a SAS",
        "URL in JSON",
        lambda c: letters(43)(c),
        answer(lambda s: {"sasUri": f"https://x.blob.core.windows.net/c?sig={s}&se=2026"}),
    ),
    Planted(
        "signature of a SAS",
        "URL within a URL",
        lambda c: letters(43)(c),
        asked(ARM + "/copy?from=" + quote("https://a.example/b?sv=1&sig=", safe="") + "{}"),
    ),
    Planted(
        "signed address of an operation",
        "response header",
        letters(86),
        answered_header("Azure-AsyncOperation", ARM + "/o/1?t=1&c={}"),
    ),
    Planted(
        "key of a storage account", "listKeys", key(64), answer(lambda s: {"keys": [{"keyName": "key1", "value": s}]})
    ),
    Planted(
        "key of a storage account",
        "connection string",
        key(64),
        answer(lambda s: {"text": f"AccountName=x;AccountKey={s};EndpointSuffix=y"}),
    ),
    Planted(
        "key of an event hub",
        "environment variable",
        key(32),
        log("export HUB='Endpoint=sb://x/;SharedAccessKey={}'\n"),
    ),
    Planted(
        "password of a database",
        "connection string",
        letters(12),
        answer(lambda s: {"dsn": f"Server=db;User ID=jane;Password={s};Encrypt=1"}),
    ),
    Planted("client secret", "token request", application_secret, sign_in),
    Planted("client secret", "form", letters(20), form),
    Planted("client secret by its look", "plain text", application_secret, log("it was {} then\n")),
    Planted(
        "refresh token",
        "JSON in JSON",
        lambda c: f"0.A{letters(80)(c)}",
        answer(lambda s: {"log": json.dumps({"refresh_token": s})}),
    ),
    Planted(
        "access token",
        "JSON in JSON in JSON",
        jwt,
        answer(lambda s: {"a": json.dumps({"b": json.dumps({"text": s})})}),
    ),
    Planted("password", "JSON member", letters(9), sent(lambda s: {"properties": {"adminPassword": s}})),
    Planted(
        "password",
        "list of variables",
        letters(10),
        sent(lambda s: {"variables": [{"name": "DB_PASSWORD", "value": s}]}),
    ),
    Planted(
        "token of a model hub", "map of variables", letters(34, "hf_"), sent(lambda s: {"environment": {"HUB": s}})
    ),
    Planted(
        "token of a forge",
        "gzip answer",
        letters(36, "ghp_"),
        lambda s: Exchange(reply=gzip.compress(f"clone with {s}".encode(), mtime=0)),
    ),
    Planted(
        "key of another cloud",
        "base64",
        letters(16, "AKIA", string.ascii_uppercase),
        answer(lambda s: {"data": b64(f"id: {s}")}),
    ),
    Planted(
        "key of a model service",
        "gzip in base64",
        letters(40, "sk-"),
        answer(lambda s: {"archive": zipped(f"use {s}")}),
    ),
    Planted("token of a chat service", "plain text", letters(24, "xoxb-"), log("posting with {}\n")),
    Planted("key of a map service", "query", letters(35, "AIza"), asked("https://maps.example/v1?key={}")),
    Planted("key of a function", "query", letters(54), asked("https://contoso.azurewebsites.net/api/f?code={}")),
    Planted("private key", "JSON member", pem("PRIVATE KEY"), answer(lambda s: {"text": s})),
    Planted("certificate", "base64", pem("CERTIFICATE"), answer(lambda s: {"pfx": b64(s)})),
    Planted("SSH key", "JSON member", lambda c: f"AAAA{letters(60)(c)}", answer(lambda s: {"key": f"ssh-rsa {s} x"})),
    Planted("password", "URL of a repository", letters(16), log("pip install git+https://jane:{}@git.example/x.git\n")),
    Planted("e-mail address", "JSON member", email, answer(lambda s: {"tags": {"contact": s}})),
    Planted("e-mail address", "query", email, asked(ARM + "/users?filter={}")),
    Planted("e-mail address", "JSON in base64", email, answer(lambda s: {"state": b64(json.dumps({"who": s}))})),
    Planted(
        "name of a person",
        "JSON member and text",
        person,
        answer(lambda s: {"createdBy": s, "note": f"made by {s}."}),
    ),
    Planted("name of a user", "home folder", name(8), log("reading /" + "home/{}/data.csv\n")),
    Planted("IPv4 address", "JSON member", ipv4, answer(lambda s: {"publicIpAddress": s})),
    Planted("IPv6 address", "plain text", ipv6, log("connected from {}\n")),
    Planted(
        "storage account",
        "header Location",
        name(14, "st"),
        answered_header("Location", "https://{}.blob.core.windows.net/c"),
    ),
    Planted(
        "storage account",
        "JSON member, then text",
        name(14, "st"),
        answer(lambda s: {"accountName": s, "note": f"in {s}"}),
    ),
    Planted(
        "endpoint",
        "host",
        name(12, "ep-"),
        answer(lambda s: {"scoringUri": f"https://{s}.eastus2.inference.ml.azure.com/score"}),
    ),
    Planted("key vault", "host", name(10, "kv-"), answer(lambda s: {"vault": f"https://{s}.vault.azure.net/"})),
    Planted("container registry", "host", name(10, "cr"), log("pulling {}.azurecr.io/env:1\n")),
    Planted(
        "workspace",
        "path",
        name(9, "ws-"),
        asked(f"{ARM}/subscriptions/x/resourceGroups/g/{PROVIDER}/workspaces/{{}}"),
    ),
    Planted(
        "resource group",
        "id in JSON",
        name(9, "rg-"),
        answer(lambda s: {"id": f"/subscriptions/x/resourceGroups/{s}/{PROVIDER}"}),
    ),
    Planted("subscription", "encoded URL in text", guid, log("to https%3A%2F%2Fx%2Fsubscriptions%2F{}%2Fy\n")),
    Planted("workspace", "encoded path in text", name(9, "ws-"), log("of %2Fworkspaces%2F{}%2Fjobs\n")),
    Planted("access token", "plain text", foreign_jwt, log("got {}, which is valid\n")),
    Planted("opaque token", "plain text", letters(30, "o1"), log("curl -H 'X: Bearer {}'\n")),
    Planted("signed request", "plain text", key(32), log("signed SharedKey stexample:{}\n")),
    Planted("refresh token", "plain text", lambda c: f"1.A{letters(80)(c)}", log("kept {} for later\n")),
    Planted("password of a database", "text without digits", letters(12, of=string.ascii_letters), log("Pwd={};\n")),
    Planted("user of a database", "connection string", name(9, "sa"), log("Server=db;User ID={};Encrypt=1\n")),
    Planted("user", "URL of a repository", name(9), log("from https://{}:x@build01/x.git\n")),
    Planted(
        "password", "URL within a network", letters(16, of=string.ascii_letters), log("to https://x:{}@build01/\n")
    ),
    Planted("endpoint", "path", name(9, "ep-"), asked(f"{ARM}/onlineEndpoints/{{}}/token")),
    Planted("storage account", "path", name(12, "st"), asked(f"{ARM}/storageAccounts/{{}}")),
    Planted("key vault", "path", name(9, "kv-"), log("in /providers/Microsoft.KeyVault/vaults/{}/secrets\n")),
    Planted("resource group", "JSON member", name(9, "rg-"), answer(lambda s: {"resourceGroupName": s})),
    Planted("workspace", "JSON member", name(9, "ws-"), answer(lambda s: {"workspaceName": s})),
    Planted("machine", "JSON member", name(9, "vm-"), answer(lambda s: {"hostname": s})),
    Planted("Entra domain", "plain text", name(9), log("signed in to {}.onmicrosoft.com\n")),
    Planted(
        "key of an endpoint", "listKeys", letters(32), answer(lambda s: {"primaryKey": s, "secondaryKey": s[::-1]})
    ),
    Planted(
        "user delegation key",
        "XML",
        key(32),
        xml("<UserDelegationKey><SignedOid>x</SignedOid><Value>{}</Value></UserDelegationKey>"),
    ),
    Planted("token", "element of XML", letters(32), xml("<Answer><AccessToken>{}</AccessToken></Answer>")),
    Planted("password", "YAML", letters(12, "p4"), log("name: env\ndb_password: {}\n")),
    Planted("token of a package index", "binary answer", letters(36, "npm_"), array),
    Planted("e-mail address", "uploaded data", email, upload),
    Planted(
        "branch of a repository",
        "property of a job",
        name(9, "fix-"),
        sent(lambda s: {"properties": {"mlflow.source.git.branch": s}}),
    ),
    Planted(
        "repository",
        "tag of a run",
        name(9, "https://git.example/"),
        answer(lambda s: {"tags": [{"key": "mlflow.source.git.repoURL", "value": s}]}),
    ),
)
