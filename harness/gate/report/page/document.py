"""The whole page, and what keeps it from asking for anything: no script, no address, no style but its own."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from urllib.parse import quote

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.page.banner import banner
from harness.gate.report.page.differences import histogram
from harness.gate.report.page.markup import Markup, el
from harness.gate.report.page.rules import bounds_section, checks_section, operations_section, slices_section
from harness.gate.report.page.standing import failed_section, provenance_section, rates_section, waivers_section
from harness.gate.report.page.tables import section
from harness.gate.report.page.worst import worst_section
from harness.gate.verdict.quality import margin_of, pairs_of

__all__ = ["page"]

_SECTIONS = {
    "bounds": "Bounds",
    "differences": "Differences",
    "operations": "Operations",
    "slices": "Slices",
    "failed": "Failed answers",
    "checks": "Checks",
    "waivers": "Waivers",
    "worst": "Worst regressions",
    "rates": "Error rates",
    "provenance": "Provenance",
}


def page(facts: ReportFacts) -> bytes:
    """Return report.html."""
    sections = (
        bounds_section(facts),
        _differences(facts),
        operations_section(facts),
        slices_section(facts),
        failed_section(facts),
        checks_section(facts),
        waivers_section(facts),
        worst_section(facts),
        rates_section(facts),
        provenance_section(facts),
    )
    links = (el("li", el("a", title, href=f"#{name}")) for name, title in _SECTIONS.items())
    body = el(
        "body",
        el("a", "Skip to the findings", href="#findings", class_="skip"),
        banner(facts),
        el("nav", el("ul", *links, role="list"), aria_label="Sections"),
        el("main", *sections, id="findings", tabindex=-1),
        _foot(facts),
    )
    html = el("html", _head(facts), body, lang="en")
    return f"<!doctype html>\n{html}\n".encode("utf-8", "replace")


def _head(facts: ReportFacts) -> Markup:
    verdict, style = facts.verdict, _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    title = f"{words.HEADLINES[verdict.outcome]}: {words.named(verdict.candidate)}"
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=rules),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        el("link", rel="icon", href=_icon(facts)),
        el("style", Markup(style)),
    )


def _icon(facts: ReportFacts) -> str:
    shape = words.SHAPES[words.LOOKS_LIKE[facts.verdict.outcome]]
    drawn = el("text", shape, x="16", y="25", font_size="28", text_anchor="middle", fill="#888")
    icon = el("svg", drawn, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 32 32")
    return f"data:image/svg+xml,{quote(icon)}"


@cache
def _style() -> str:
    return resources.files("harness.gate.report.page").joinpath("report.css").read_text(encoding="utf-8")


def _differences(facts: ReportFacts) -> Markup:
    evidence, policy = facts.evidence, facts.policy
    measured = [each.metric for each in policy.primary if each.metric in evidence.metrics]
    charts = (
        histogram(metric, pairs_of(evidence, policy, metric).differences, margin_of(evidence, policy, metric))
        for metric in measured
    )
    return section("differences", "Conversation by conversation", *charts, _changed(evidence))


def _changed(evidence: PairedEvidence) -> Markup | None:
    if evidence.changed is None:
        return None
    share = words.share(evidence.changed, len(evidence.ids))
    said = (
        f"The baseline, asked twice, answered {words.count(evidence.changed)} conversations ({share}) in another way."
    )
    return el("p", said, class_="quiet")


def _foot(facts: ReportFacts) -> Markup:
    version = facts.verdict.versions.get("azureml-acceptance-harness", "")
    said = f"Written by harness gate {version}. harness gate verify makes this verdict again from the same evidence."
    return el("footer", el("p", said))
