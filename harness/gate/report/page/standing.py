"""What a verdict stands on besides its rules: failed answers, waivers, the gate's own error rates, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.gate.report import words
from harness.gate.report.facts import ErrorRate, ReportFacts
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.tables import Column, code, outcome, section, table
from harness.gate.report.rates import RATES_SUFFIX
from harness.gate.verdict.verdict import Outcome

__all__ = ["failed_section", "provenance_section", "rates_section", "waivers_section"]


def failed_section(facts: ReportFacts) -> Markup:
    """Return what the primaries say under three fillings of the failed answers."""
    tipping, evidence = facts.verdict.tipping, facts.evidence
    said = "It makes no difference what the failed answers would have been."
    if not tipping.agree:
        said = "The verdict hangs on what the failed answers would have been, so it cannot be to promote."
    columns = [Column("Failed answers are taken as"), Column("The primaries say")]
    rows = [("left out", tipping.drop), ("the worst there is", tipping.zero)]
    rows.append(("the worst there is, the baseline's as the best", tipping.worst))
    counted = [
        Column("Model"),
        Column("Requests", number=True),
        Column("Failed", number=True),
        Column("Share", number=True),
        Column("Answered after another try", number=True),
        Column("Share of them", number=True),
    ]
    sides = zip(("baseline", "candidate"), evidence.requests, evidence.failures, evidence.retried, strict=True)
    return section(
        "failed",
        "Failed answers",
        el("p", said),
        table("The verdict's tipping point", columns, ((name, _told(found)) for name, found in rows)),
        table(
            "Requests that failed after their retries, or were answered by one",
            counted,
            (
                (role, words.count(asked), *_part(failed, asked), *_part(retried, asked))
                for role, asked, failed, retried in sides
            ),
        ),
    )


def _part(some: int, asked: int) -> tuple[str, str]:
    return words.count(some), words.share(some, asked)


def _told(found: Outcome) -> Part:
    look = words.LOOKS_LIKE[found]
    shape = el("span", words.SHAPES[look], aria_hidden="true")
    return el("span", shape, f" {words.HEADLINES[found].lower()}", class_=f"outcome {look}")


def waivers_section(facts: ReportFacts) -> Markup:
    """Return every waiver of the policy, used or not."""
    waivers = facts.verdict.waivers
    if not waivers:
        return section("waivers", "Waivers", el("p", "The policy has none."))
    names = ("Waiver", "Rule", "Used", "Ends", "Owner", "Approver", "Reason", "What came of it")
    rows = (
        (
            code(each.id),
            code(each.rule),
            outcome("waived") if each.used else "no",
            each.expires,
            each.owner,
            each.approver,
            el("span", each.reason, class_="detail"),
            el("span", each.detail, class_="detail"),
        )
        for each in waivers
    )
    return section("waivers", "Waivers", table("Waivers of the policy", [Column(name) for name in names], rows))


def rates_section(facts: ReportFacts) -> Markup:
    """Return how often the gate itself is wrong, as measured; a sentence where nobody has measured it."""
    if not facts.rates:
        how = (
            code("harness gate calibrate --json"),
            " does, on scores of your own. Write what it prints to a file beside ",
        )
        told = el(
            "p", "Nobody has measured them for this policy. ", *how, "the policy: ", code(f"POLICY{RATES_SUFFIX}"), "."
        )
        return section("rates", "The gate's own error rates", told)
    names = ("Promoted", "Blocked", "Not yet", "Conversations", "Runs")
    columns = [Column("The candidate is in truth"), *(Column(name, number=True) for name in names)]
    said = "How often this policy comes to each end when the truth is known, by simulation on recorded scores."
    return section(
        "rates",
        "The gate's own error rates",
        el("p", said, class_="quiet"),
        _of_another_policy(facts),
        table("Error rates of the policy", columns, map(_rate, facts.rates)),
    )


def _of_another_policy(facts: ReportFacts) -> Markup | None:
    """Say so where the rates are not this policy's: a changed margin or metric errs otherwise."""
    theirs = sorted({rate.policy_sha256 for rate in facts.rates} - {facts.verdict.policy_sha256})
    if not theirs:
        return None
    how = code("harness gate calibrate --json")
    said = el("b", "They were measured for another policy, and say nothing sure about this one.")
    return el("p", said, " Theirs is ", code(theirs[0]), "; measure again with ", how, ".")


def _rate(rate: ErrorRate) -> tuple[Part, ...]:
    shares = (words.quantity(each, "share") for each in (rate.promote, rate.block, rate.inconclusive))
    return rate.truth, *shares, words.count(round(rate.conversations)), words.count(rate.runs)


def provenance_section(facts: ReportFacts) -> Markup:
    """Return where everything is from, so that the verdict can be made again."""
    verdict, header = facts.verdict, facts.evidence.header
    decision = facts.policy.decision
    leakage = header.leakage
    known: dict[str, Part] = {
        "Held-out conversations": _digested(verdict.held_out, verdict.held_out_sha256),
        "Evidence": code(verdict.evidence_sha256),
        "Policy": code(verdict.policy_sha256),
        "Anchor": code(verdict.anchor_sha256) if verdict.anchor_sha256 else None,
        "Training data": code(header.train_sha256) if header.train_sha256 else "not compared",
        "Held-out conversations in them": f"{leakage.exact} in full, {leakage.ngram13} in part"
        if leakage
        else "not known",
        "Attempts": f"{verdict.attempts}; look {verdict.look} of {verdict.looks}",
        "Answers to each conversation": words.count(header.repeats),
        "Decoding": _pairs(header.decoding),
        "Retries, requests in flight": f"{header.retries}, {header.concurrency}",
        "Bootstrap": f"{words.count(decision.resamples)} resamples, seed {decision.seed}",
        "Decided": verdict.decided,
        "Decided with": _pairs(verdict.versions),
        "Scored with": _pairs(header.tools),
        "Metrics": _signatures(facts),
    }
    entries = (el("div", el("dt", name), el("dd", value)) for name, value in known.items() if value)
    models = table("The two models", [Column("Model"), Column("Candidate"), Column("Baseline")], _models(facts))
    return section("provenance", "Provenance", models, el("dl", *entries, class_="facts"))


def _models(facts: ReportFacts) -> Iterator[tuple[Part, ...]]:
    sides = facts.verdict.candidate, facts.verdict.baseline
    asked = facts.evidence.header.candidate, facts.evidence.header.baseline
    yield "name", *(code(words.named(side)) for side in sides)
    yield "digest", *(code(side.digest) for side in sides)
    yield "deployment", *(code(f"{side.endpoint}/{side.deployment}") for side in sides)
    yield "hardware", *(f"{each.instance_count} x {each.instance_type or 'unknown'}" for each in asked)
    yield "environment", *(code(each.environment) if each.environment else words.UNKNOWN for each in asked)
    yield "asset", *(code(side.model) for side in sides)


def _digested(name: str, digest: str) -> Markup:
    return el("span", code(name), " ", code(digest))


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_plain(value)}" for name, value in values.items())


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _signatures(facts: ReportFacts) -> Markup | None:
    used = [metric for metric in facts.policy.used_metrics if metric in facts.evidence.metrics]
    items = (el("li", code(facts.evidence.metrics[metric].signature)) for metric in used)
    return el("ul", *items) if used else None
