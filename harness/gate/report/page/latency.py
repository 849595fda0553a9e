"""How fast both models answered: the share of answers that were there by a time, as two curves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import FloatArray, PairedEvidence
from harness.gate.evidence.records import ROLES
from harness.gate.report import words
from harness.gate.report.page.drawing import axis, chart, line, text
from harness.gate.report.page.markup import Markup, Part, el, joined
from harness.gate.report.page.scale import Scale
from harness.gate.report.page.tables import Column, folded, table

__all__ = ["latency"]

_TOP, _FLOOR = 12, 220
_STEPS = 200
_SHOWN = 0.995
_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def latency(evidence: PairedEvidence) -> Markup:
    """Return the curves with their key and a table of quantiles; a sentence where nothing was timed."""
    sides = evidence.latency_s
    answered = [times[np.isfinite(times)] for times in sides]
    if not all(len(times) for times in answered):
        return el("p", "No answer of its own was timed on one of the sides, so there is nothing to compare.")
    far = max(float(np.quantile(times, _SHOWN)) for times in answered)
    scale = Scale(0.0, far * 1.02 or 1.0)
    curves = [el("svg", *_curves(sides, scale), class_="curves", **_STRETCHED)]
    said = "; ".join(f"{role}: {_in_words(times)}" for role, times in zip(ROLES, sides, strict=True))
    return el(
        "figure",
        el("figcaption", "Share of answers that were there by a time. ", _key()),
        chart("Latency of both models", f"{said}.", _FLOOR + 1, *_grid(), *curves),
        axis(scale, "s"),
        folded("As a table", _table(evidence)),
        class_="latency",
    )


_STRETCHED = {
    "x": "0",
    "y": f"{_TOP}",
    "width": "100%",
    "height": f"{_FLOOR - _TOP}",
    "viewBox": "0 0 1000 1000",
    "preserveAspectRatio": "none",
}


def _curves(sides: tuple[FloatArray, FloatArray], scale: Scale) -> Iterator[Markup]:
    for role, times in zip(ROLES, sides, strict=True):
        yield el("path", d=_steps(np.sort(times), scale), class_=f"curve {role}")


def _steps(times: FloatArray, scale: Scale) -> str:
    """Return the path of a curve, of some hundred points at most; what never came is never reached."""
    moments = np.linspace(scale.low, scale.high, _STEPS + 1)
    shares = np.searchsorted(times, moments, side="right") / len(times)
    points = (f"{10 * scale.at(float(x)):.0f} {1000 * (1 - y):.1f}" for x, y in zip(moments, shares, strict=True))
    return f"M{'L'.join(points)}"


def _grid() -> Iterator[Part]:
    for share in (0.0, 0.5, 0.95):
        y = _FLOOR - (_FLOOR - _TOP) * share
        yield line(0, y, 100, y, "grid" if share else "floor")
        if share:
            yield text(0, y - 4, f"{share:.0%}".replace("%", " %"), "tick", "start")


def _key() -> Markup:
    return joined(
        *(
            el(
                "span",
                el("svg", line(0, 5, 100, 5, f"curve {role}"), width=28, height=10, aria_hidden="true"),
                f" {role}",
                class_="key",
            )
            for role in ROLES
        )
    )


def _in_words(times: FloatArray) -> str:
    middle, late = (words.quantity(_quantile(times, share), "s") for share in (0.5, 0.95))
    return f"half of {words.count(len(times))} answers within {middle}, 95 % within {late}"


def _quantile(times: FloatArray, share: float) -> float:
    """Return the smallest time within which the share was answered; infinite where it never was."""
    return float(np.quantile(times, share, method="inverted_cdf"))


def _table(evidence: PairedEvidence) -> Markup:
    columns = [Column("Share of answers"), *(Column(role.capitalize(), number=True) for role in ROLES)]
    rows = [
        (
            f"{share:.0%}".replace("%", " %"),
            *(words.quantity(_quantile(times, share), "s") for times in evidence.latency_s),
        )
        for share in _SHARES
    ]
    never = [int(np.sum(~np.isfinite(times))) for times in evidence.latency_s]
    timed = [len(times) for times in evidence.latency_s]
    rows += [("answers timed", *map(words.count, timed)), ("never answered", *map(words.count, never))]
    return table("Time within which a share of the answers was there", columns, rows)
