"""Inputs and outputs of jobs, nodes and components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.ai.ml import Input, Output

_MODES = {
    "mount": "ReadOnlyMount",
    "ro_mount": "ReadOnlyMount",
    "rw_mount": "ReadWriteMount",
    "download": "Download",
    "upload": "Upload",
    "direct": "Direct",
    "eval_mount": "EvalMount",
    "eval_download": "EvalDownload",
}
_FROM_WIRE = {wire: mode for mode, wire in _MODES.items() if mode != "mount"}
_NUMBERS = {"integer": int, "number": float}


def is_binding(value: object) -> bool:
    """Tell whether a value is a reference to another port."""
    return isinstance(value, str) and value.startswith("${{") and value.endswith("}}")


def sent_input(value: Any, kind: str) -> dict[str, Any]:
    """Return what is sent of an input. kind: the name of the type's member, which differs for jobs and for nodes."""
    if not isinstance(value, Input):
        return {"value": None if value is None else str(value), kind: "literal"}
    mode = {"mode": _MODES[value.mode.lower()]} if value.mode else {}
    if is_binding(value.path):
        return {"value": value.path, kind: "literal", **mode}
    return {"uri": value.path, kind: value.type, **mode}


def sent_output(value: Any) -> dict[str, Any]:
    """Return what is sent of an output of a job."""
    if value is None:
        return {"jobOutputType": "uri_folder"}
    sent = {
        "jobOutputType": value.type or "uri_folder",
        "uri": value.path,
        "mode": _output_mode(value.mode),
        "assetName": value.name,
        "assetVersion": value.version,
        "description": value.description,
    }
    return {name: told for name, told in sent.items() if told is not None}


def sent_node_output(value: Any) -> dict[str, Any] | None:
    """Return what is sent of an output of a node; None when the user said nothing of it."""
    if value is None:
        return None
    if isinstance(value, str):
        return {"value": value, "type": "literal"}
    mode = _output_mode(value.mode)
    if is_binding(value.path):
        return {"value": value.path, "type": "literal", **({"mode": mode} if mode else {})}
    sent = {"job_output_type": value.type or "uri_folder", "uri": value.path, "mode": mode}
    return {name: told for name, told in sent.items() if told is not None}


def shown_input(sent: Mapping[str, Any]) -> Any:
    """Return the entity of an input that was sent."""
    kind = sent.get("jobInputType") or sent.get("job_input_type") or "literal"
    if kind == "literal":
        return sent.get("value")
    mode = sent.get("mode")
    return Input(type=kind, path=sent.get("uri"), mode=_FROM_WIRE[mode] if mode else None)


def shown_output(kind: str, mode: str | None, name: str | None, version: str | None) -> Any:
    """Return the entity of a job's output, as the service tells of it: without its place."""
    return Output(type=kind, mode=_FROM_WIRE[mode or "ReadWriteMount"], name=name, version=version)


def shown_node_output(sent: Mapping[str, Any]) -> Any:
    """Return the entity of a node's output, or the binding alone where nothing else is said of it."""
    mode = sent.get("mode")
    return Output(type="uri_folder", path=sent["value"], mode=_FROM_WIRE[mode]) if mode else sent["value"]


def port_spec(port: Any) -> dict[str, Any]:
    """Return the spec of an input or output of a component."""
    names = ("type", "optional", "default", "enum", "min", "max", "description", "mode")
    told = {name: getattr(port, name, None) for name in names}
    return {name: value for name, value in told.items() if value is not None}


def typed(kind: str, text: Any) -> Any:
    """Return a value of a component's spec, whose scalars are text there, as the type of its input."""
    if text is None or not isinstance(text, str):
        return text
    if kind == "boolean":
        return text.lower() == "true"
    return _NUMBERS[kind](text) if kind in _NUMBERS else text


def _output_mode(mode: str | None) -> str | None:
    if not mode:
        return None
    return "ReadWriteMount" if mode == "mount" else _MODES[mode.lower()]
