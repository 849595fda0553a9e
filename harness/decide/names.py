"""Names that Azure ML takes, and how the lifecycle builds its own."""

from __future__ import annotations

import re
import string

from harness.errors import ParameterError, excerpt, nearest

__all__ = [
    "MAX_ENDPOINT_NAME",
    "asset_name",
    "check_endpoint_name",
    "experiment_name",
    "fill_template",
    "make_endpoint_name",
]

MIN_ENDPOINT_NAME, MAX_ENDPOINT_NAME = 3, 32
_ENDPOINT = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*[a-zA-Z0-9]")
_ASSET = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}")


def check_endpoint_name(name: str, what: str = "endpoint") -> str:
    """Return `name` when an endpoint or deployment (SDK source) or a cluster may have it, else raise ParameterError."""
    if _ENDPOINT.fullmatch(name) and MIN_ENDPOINT_NAME <= len(name) <= MAX_ENDPOINT_NAME:
        return name
    raise ParameterError(
        f"the {what} name is not one that Azure ML takes",
        where=f"{what} name",
        got=f"{excerpt(name)} ({len(name)} characters)",
        expected="3 to 32 letters, digits and hyphens, the first a letter, the last no hyphen",
        remedy=f"Choose another {what} name.",
    )


def make_endpoint_name(prefix: str, run_id: str) -> str:
    """Return `prefix-run_id`, cutting the prefix where needed: the run id makes the name unique."""
    room = MAX_ENDPOINT_NAME - len(run_id) - 1
    if room < 1:
        raise ParameterError(
            "the run id leaves no room for an endpoint prefix",
            where="endpoint name",
            got=f"{excerpt(run_id)} ({len(run_id)} characters)",
            expected=f"at most {MAX_ENDPOINT_NAME - 2} characters",
            remedy="Choose a shorter run id.",
        )
    return check_endpoint_name(f"{prefix[:room].rstrip('-')}-{run_id}")


def asset_name(name: str) -> str:
    """Return `name` as a registered model's, each "/" of a hub id replaced by "-" (documented rule)."""
    cleaned = name.replace("/", "-")
    if _ASSET.fullmatch(cleaned):
        return cleaned
    raise ParameterError(
        "the model name is not one that Azure ML takes",
        where="registration.name",
        got=excerpt(cleaned),
        expected="1 to 255 letters, digits, dots, hyphens and underscores, the first a letter or digit",
        remedy="Change registration.name in the spec.",
    )


def experiment_name(task: str, model: str) -> str:
    """Return the experiment of the published notebooks, such as chat_completion_Phi-3-mini-4k-instruct."""
    return f"{task.replace('-', '_')}_{model.replace('/', '-')}"


def fill_template(template: str, values: dict[str, str]) -> str:
    """Put `values` into the {placeholders} of `template`; ParameterError for one that is not among them."""
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ParameterError(
            "the template has an unbalanced brace",
            got=excerpt(template),
            expected=", ".join(f"{{{name}}}" for name in values),
            remedy="Close the brace; one that is meant as a character is written twice.",
        ) from error
    for _, placeholder, spec, conversion in pieces:
        if placeholder is not None and (placeholder not in values or spec or conversion):
            raise ParameterError(
                "the template has a placeholder that means nothing here",
                got=excerpt(template),
                expected=", ".join(f"{{{name}}}" for name in values),
                nearest=nearest(placeholder, values),
                remedy="Use only these placeholders; a brace that is meant as a character is written twice.",
            )
    return "".join(text + (values[name] if name is not None else "") for text, name, _, _ in pieces)
