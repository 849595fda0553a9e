"""Private values leave a recording, and what belonged together still does."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from exchanges import SUBSCRIPTION, WORKSPACE, made, recorded, text_of

from harness.cassettes.sanitising import Sanitiser, digest_of, find_private, mask
from harness.cassettes.tape import Interaction

GUID = "0f3c8a52-1111-4222-8333-944445555666"


def _sanitised(*interactions: Interaction, kept: tuple[str, ...] = ()) -> list[Interaction]:
    return Sanitiser(kept).sanitised(interactions, {})[0]


def _answer(value: Any, **more: Any) -> Any:
    (done,) = _sanitised(made(answered=value, **more))
    return json.loads(done.response.body)


def test_a_value_has_one_stand_in_everywhere() -> None:
    """Address, header, body, JSON within JSON and base64: the same subscription is the same one everywhere."""
    value = {
        "id": f"/subscriptions/{GUID}/x",
        "log": json.dumps({"tenant": GUID}),
        "data": base64.b64encode(f"of {GUID}".encode()).decode(),
        "short": f"blobs-{GUID.replace('-', '')}",
    }
    (done,) = _sanitised(
        made(f"/subscriptions/{GUID}", answered=value, answered_headers={"Location": f"https://h/{GUID}"})
    )
    body = json.loads(done.response.body)
    stand_in = "00000000-0000-4000-8000-000000000001"

    assert done.request.url.endswith(stand_in)
    assert done.response.headers["Location"].endswith(stand_in)
    assert body["id"] == f"/subscriptions/{stand_in}/x"
    assert json.loads(body["log"]) == {"tenant": stand_in}
    assert base64.b64decode(body["data"]).decode() == f"of {stand_in}"
    assert body["short"] == f"blobs-{stand_in.replace('-', '')}"


def test_stand_ins_are_numbered_by_appearance() -> None:
    """Who comes first is the first, so that a second recording has the same stand-ins."""
    assert _answer(["b@contoso.com", "a@contoso.com", "b@contoso.com"]) == [
        "user1@example.com",
        "user2@example.com",
        "user1@example.com",
    ]


@pytest.mark.parametrize(
    ("value", "stand_in"),
    [
        (GUID.upper(), "00000000-0000-4000-8000-000000000001"),
        ("20.1.2.3", "192.0.2.1"),
        ("2603:1020:201::5", "2001:db8::1"),
        ("https://stfinance01.blob.core.windows.net/c", "https://account1.blob.core.windows.net/c"),
        ("https://kv-fin.vault.azure.net/", "https://resource-1.vault.azure.net/"),
        (
            "https://prod.westeurope.inference.ml.azure.com/score",
            "https://endpoint-1.westeurope.inference.ml.azure.com/score",
        ),
        ("/resourceGroups/finance/x", "/resourceGroups/group-1/x"),
        ("jane@contoso.onmicrosoft.com", "user1@example.com"),
    ],
)
def test_stand_ins_have_the_shape_of_what_they_stand_for(value: str, stand_in: str) -> None:
    """A guid stays a guid and a host a host: clients that read them go on."""
    assert _answer({"x": value}) == {"x": stand_in}


def test_keys_stay_keys() -> None:
    """A key in base64 stays one, since clients sign with it; others are texts."""
    key = base64.b64encode(bytes(range(64))).decode()
    done = _answer({"primaryKey": key, "password": "correct horse"})

    assert base64.b64decode(done["primaryKey"], validate=True) == b"stand-in-0001"
    assert done["password"] == "stand-in-0002"


def test_parts_of_a_signature_that_clients_read_stay() -> None:
    """Of a shared access signature the signature alone is replaced, wherever it is a member, a URL or a query."""
    token = "sv=2021-08-06&sig=abcdefghijkl%3D&se=2026-01-01"
    done = _answer({"sasToken": token, "sasUri": f"https://h/c?{token}"})

    assert done["sasToken"] == "sv=2021-08-06&sig=stand-in.0001&se=2026-01-01"
    assert done["sasUri"] == f"https://h/c?{done['sasToken']}"


@pytest.mark.parametrize(
    "value",
    [
        {"createdBy": "Microsoft"},
        {"eos_token": "</s>", "max_new_tokens": 200, "tokenizer": "bert"},
        {"error": {"code": "ResourceNotFound"}},
        {"id": "azureml://registries/azureml/models/Phi-3/versions/5"},
        {"version": "2024.05.10", "sha": "d41d8cd98f00b204e9800998ecf8427e"},
        {"nothing": "00000000-0000-0000-0000-000000000000", "here": "127.0.0.1"},
        {"text": "Basic instruction-following and Bearer bonds"},
        {"allowed": ["Standard_ND40rs_v2"], "signature": '{"inputs": "x"}'},
    ],
)
def test_what_is_nobodys_stays(value: Any) -> None:
    """Azure's own names, words of the trade and hashes are no private values."""
    assert _answer(value) == value


def test_names_that_the_harness_made_up_stay() -> None:
    """An endpoint named after the pinned run id is asked for under that name again."""
    host = "https://chat-1715-ab.eastus2.inference.ml.azure.com/score"
    (done,) = _sanitised(made("/onlineEndpoints/chat-1715-ab", answered={"scoringUri": host}), kept=("1715-ab",))

    assert done.request.url.endswith("/onlineEndpoints/chat-1715-ab")
    assert json.loads(done.response.body) == {"scoringUri": host}


def test_secrets_of_dropped_headers_are_struck_out_elsewhere() -> None:
    """A token that was sent in a header is found in a body that echoes it."""
    one = made(headers={"Authorization": "Bearer opaque-token-77aa"}, answered={"echo": "got opaque-token-77aa!"})

    assert "opaque-token-77aa" not in text_of(recorded([one]))


def test_name_known_by_its_place_is_found_in_text() -> None:
    """The account that a member names is replaced in a sentence too, but not inside of a longer word."""
    assert _answer({"accountName": "stfinance01", "text": "stfinance01, not stfinance01x"}) == {
        "accountName": "account1",
        "text": "account1, not stfinance01x",
    }


def test_untouched_bodies_keep_their_bytes() -> None:
    """What holds nothing private comes back to the byte, also where JSON could be written in other ways."""
    body = b'{ "a" : 1.0,\n "b": "\\u00e4" }'

    assert _sanitised(made(answered=body))[0].response.body == body


def test_spaces_of_json_stay() -> None:
    """A changed document is written as it was: with the spaces that Python writes."""
    body = json.dumps({"who": "jane@contoso.com", "n": 1}).encode()

    assert _sanitised(made(answered=body))[0].response.body == body.replace(b"jane@contoso.com", b"user1@example.com")


def test_zipped_body_is_looked_into() -> None:
    """A body that is gzip by itself comes back as gzip."""
    (done,) = _sanitised(made(answered=gzip.compress(b"by jane@contoso.com")))

    assert gzip.decompress(done.response.body) == b"by user1@example.com"


def test_binary_body_keeps_its_length() -> None:
    """In bytes that are no text the value is struck out in place."""
    (done,) = _sanitised(made(answered=b"\x93\xffjane@contoso.com\xfe"))

    assert done.response.body == b"\x93\xff" + b"*" * 16 + b"\xfe"


def test_range_of_a_changed_body_fits_it() -> None:
    """The header that tells a download its size tells the size of what is there."""
    headers = {"Content-Type": "text/plain", "Content-Range": "bytes 0-18/19"}
    (done,) = _sanitised(made(answered=b"by jane@contoso.com", status=206, answered_headers=headers))

    assert done.response.headers["Content-Range"] == "bytes 0-19/20"


def test_ids_of_the_workspace_are_replaced_alike() -> None:
    """The metadata name the workspace as the traffic does."""
    known = recorded([made(WORKSPACE)]).metadata.workspace

    assert known == {
        "subscription_id": "00000000-0000-4000-8000-000000000001",
        "resource_group": "group-1",
        "workspace_name": "workspace-1",
    }


def test_finder_names_rule_and_value() -> None:
    """What is found is told with the rule that found it; stand-ins are not."""
    found = find_private([made(f"/subscriptions/{SUBSCRIPTION}", answered={"mail": "user1@example.com"})])

    assert [(one.rule, one.value) for one in found] == [(30, SUBSCRIPTION)]


def test_masks_and_digests_see_no_private_value() -> None:
    """Two texts that differ in private values have one mask and one digest."""
    left, right = "by jane@contoso.com", "by user1@example.com"

    assert mask(left) == mask(right) == "by <email>"
    assert digest_of(left.encode()).sha256 == digest_of(right.encode()).sha256
