"""What is refused before anything is changed: every verdict that is not a valid PROMOTE of what is deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from azure.ai.ml.entities import ManagedOnlineDeployment, Model

from harness.decide.traffic import Division
from harness.errors import PromotionRefused, UsageError
from harness.gate.evidence.records import Leakage
from harness.gate.policy import load_policy
from harness.gate.rollout.claim import Claim
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.preconditions import Situation, refuse
from harness.gate.rollout.promote import journal_file
from harness.gate.rollout.proof import read_proof
from harness.gate.rollout.site import Site
from harness.lifecycle.watching import Silent
from tests.unit.gate.rollout.stage import ENDPOINT, POLICY, Stage, write_evidence


def _edit_evidence(stage: Stage) -> None:
    with (stage.folder / "evidence.jsonl").open("a") as file:
        file.write('{"kind":"attempt","number":2,"started":"2024-05-10","why":"resumed","conversations":60}\n')


def _edit_policy(stage: Stage) -> None:
    path = stage.folder / "policy.toml"
    path.write_text(path.read_text().replace("error_rate = 0.3", "error_rate = 0.31"))


def _edit_verdict(stage: Stage) -> None:
    path = stage.folder / "verdict.json"
    path.write_text(path.read_text().replace('"attempts": 1', '"attempts": 7'))


def _block(stage: Stage) -> None:
    stage.decide(outcome="BLOCK")


def _expire(stage: Stage) -> None:
    stage.clock.advance(8 * 86_400)


def _turn_back_time(stage: Stage) -> None:
    stage.decide(decided="2024-05-11")


def _deploy_another(stage: Stage) -> None:
    """Deploy another version under the name green, as somebody did after the scoring."""
    model = stage.client.models.create_or_update(
        Model(name="m", version="9", type="mlflow_model", path=str(stage.folder / "model"))
    )
    sent = ManagedOnlineDeployment(
        name="green", endpoint_name=ENDPOINT, model=model.id, instance_type="Standard_DS3_v2", instance_count=1
    )
    stage.client.online_deployments.begin_create_or_update(sent).result()


def _tag_the_files(stage: Stage) -> None:
    """The version says another digest of its files."""
    model = stage.client.models.get("m", "2")
    model.tags = {"sha256": "ab" * 32}
    stage.client.models.create_or_update(model)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_block, "does not say PROMOTE"),
        (_edit_evidence, "of other evidence"),
        (_edit_policy, "of another policy"),
        (_edit_verdict, "not what its evidence says; got attempts: recorded 7, computed 1"),
        (_expire, "has expired; got decided on 2024-05-10, today is 2024-05-18; expected a day up to 2024-05-17"),
        (_turn_back_time, "has expired"),
        (_deploy_another, "no longer the model that the verdict is about"),
        (_tag_the_files, "no longer the digest that the verdict is about"),
    ],
)
def test_without_a_matching_promote_nothing_moves(stage: Stage, change: Callable[[Stage], None], what: str) -> None:
    """The refusal names what is wrong and what to do, and ends with 12; no request was sent, no tag written."""
    change(stage)
    with pytest.raises(PromotionRefused, match=what) as refused:
        stage.promote()

    assert (refused.value.exit_code, bool(refused.value.remedy), stage.asked) == (12, True, [])
    assert (stage.traffic, stage.tags, stage.journal) == (Division.of({"blue": 100}), {}, [])


def test_a_leak_is_refused_though_the_policy_lets_it_pass(stage: Stage) -> None:
    """A model that has seen the questions is not promoted, whatever the verdict says."""
    stage.files(leakage=Leakage(exact=2, ngram13=1, ids=("a", "b", "c")))
    stage.decide(outcome="PROMOTE")

    with pytest.raises(PromotionRefused, match="trained on what it was scored with; got 3 conversations"):
        stage.promote()


def test_an_inconclusive_verdict_says_how_many_are_needed(stage: Stage) -> None:
    """The remedy is a number of conversations."""
    stage.decide(outcome="INCONCLUSIVE", needed_conversations=412)

    with pytest.raises(PromotionRefused, match="Score 412 conversations"):
        stage.promote()


@pytest.mark.parametrize(
    ("division", "what"),
    [
        (Division.of({"blue": 90, "green": 10}), "the candidate has live traffic already"),
        (Division.of({"red": 100}), "the baseline is not in service"),
    ],
)
def test_an_endpoint_that_is_elsewhere_is_refused(tmp_path: Path, division: Division, what: str) -> None:
    """The ladder begins at 0 %, beside a baseline that is in service."""
    stage = Stage(tmp_path, deployments=("blue", "green", "red"))
    stage.divide(division)
    with pytest.raises(UsageError, match=what):
        stage.promote()

    assert (stage.traffic, stage.asked) == (division, [])


def test_a_deployment_that_is_not_up_is_refused(stage: Stage) -> None:
    """Green failed meanwhile: its state is told."""
    stage.azure.faults.fail_deployment()
    with pytest.raises(Exception, match="Liveness probe"):
        _deploy_another(stage)
    stage.files()

    with pytest.raises(UsageError, match="deployment green is not up; got Failed"):
        stage.promote()


def test_limits_that_no_rung_could_show_are_refused(tmp_path: Path) -> None:
    """2 % takes 149 requests without any error; nine can never show it."""
    stage = Stage(tmp_path, POLICY)
    policy = POLICY.replace("error_rate = 0.3", "error_rate = 0.2")
    stage.files(policy)

    with pytest.raises(UsageError, match=r"no rung could ever show.*got 9; expected at least 14"):
        stage.promote()


def test_who_was_sent_back_for_harm_needs_new_evidence(stage: Stage) -> None:
    """The same verdict does not give it another try; one of later evidence does."""
    stage.failing["green"] = 500
    assert stage.promote().exit_code == 10
    stage.failing.clear()
    with pytest.raises(PromotionRefused, match="sent back for harm"):
        stage.promote()
    evidence = stage.folder / "evidence.jsonl"
    header = stage.header
    evidence.unlink()
    write_evidence(evidence, replace(header, tools={"later": "1"}))
    stage.decide()

    assert stage.promote().exit_code == 0


def test_harm_is_known_without_the_journal(stage: Stage) -> None:
    """The model's version says that it was sent back, and by which evidence: another machine refuses it too."""
    stage.failing["green"] = 500
    stage.promote()
    stage.failing.clear()
    journal_file(stage.folder / "journals", ENDPOINT).unlink()

    with pytest.raises(PromotionRefused, match="sent back for harm"):
        stage.promote()


def test_nobody_tries_until_it_fits(stage: Stage) -> None:
    """Sent back for too little, the same evidence and policy get no second try; a policy that asks more does."""
    stage.on_post = lambda: stage.failing.update({"green": 0 if len(stage.asked) == 30 else 200})
    assert stage.promote().exit_code == 11
    stage.failing.clear()
    with pytest.raises(PromotionRefused, match="trying until it fits is no proof"):
        stage.promote()
    (stage.folder / "policy.toml").write_text(POLICY.replace("most_requests = 9", "most_requests = 20"))
    stage.decide()

    assert stage.promote().exit_code == 0


def test_two_promotions_at_once_on_one_machine_are_refused(stage: Stage) -> None:
    """The journal is locked for as long as somebody climbs."""
    with Journal(journal_file(stage.folder / "journals", ENDPOINT)), pytest.raises(UsageError, match="another process"):
        stage.promote()


def test_two_promotions_at_once_on_two_machines_are_refused(stage: Stage) -> None:
    """The endpoint's tags name the one under way; its machine has another journal."""
    site = Site(stage.client, ENDPOINT, stage.clock, Silent())
    site.take_hold(Claim("elsewhere", "climbing", stage.traffic, "red"))
    with pytest.raises(UsageError, match="another promotion holds the endpoint; got promotion elsewhere of red"):
        stage.promote()

    assert stage.tags["gate.promotion"] == "elsewhere"


def test_a_promotion_that_was_cut_off_is_not_begun_again(stage: Stage) -> None:
    """It is to be resumed or undone; and nothing is resumed where nothing was cut off."""
    with pytest.raises(UsageError, match="no promotion to go on with"):
        stage.promote(resume=True)
    stage.kill_at(20)
    with pytest.raises(UsageError, match="has not ended; got it stands at mirror-10, 3 passed"):
        stage.promote()


def test_one_is_resumed_with_what_it_began_with(stage: Stage) -> None:
    """Other evidence is another promotion."""
    stage.kill_at(20)
    stage.files(tools={"later": "1"})

    with pytest.raises(UsageError, match="of another evidence or policy"):
        stage.promote(resume=True)


def test_the_ladder_is_part_of_the_policy(stage: Stage) -> None:
    """Who changes a rung has another policy, and so needs another verdict."""
    path = stage.folder / "policy.toml"
    before = load_policy(path).digest
    path.write_text(POLICY + "live_percents = [100]\n")

    assert load_policy(path).digest != before


def _situation(stage: Stage) -> Situation:
    """What is found on the stage, as values."""
    proof = read_proof(*(stage.folder / name for name in ("verdict.json", "policy.toml", "evidence.jsonl")))
    header = proof.header
    return Situation(
        verdict=proof.verdict,
        policy=proof.policy,
        header=header,
        evidence_sha256=proof.evidence_sha256,
        recomputed=proof.recomputed,
        deployed={"baseline": header.baseline, "candidate": header.candidate},
        states={"blue": "Succeeded", "green": "Succeeded"},
        division=Division.of({"blue": 100}),
        managed=True,
        claim=None,
        earlier=(),
        today=stage.clock.now().date(),
    )


def test_what_is_as_it_should_be_is_not_refused(stage: Stage) -> None:
    """The stage itself, whose candidate may be promoted."""
    refuse(_situation(stage))


def test_copies_are_made_by_managed_endpoints_only(stage: Stage) -> None:
    """On Kubernetes the rung is to be left out."""
    with pytest.raises(UsageError, match=r"only a managed endpoint copies requests.*mirror_percent = 0"):
        refuse(replace(_situation(stage), managed=False))


def test_traffic_moves_on_one_endpoint(stage: Stage) -> None:
    """A candidate on an endpoint of its own cannot get a share of the baseline's."""
    found = _situation(stage)
    baseline = replace(found.verdict.baseline, endpoint="elsewhere")

    with pytest.raises(UsageError, match="on another endpoint than the baseline; got the baseline on elsewhere"):
        refuse(replace(found, verdict=replace(found.verdict, baseline=baseline)))


@pytest.mark.parametrize("model", ["azureml://registries/azureml/models/Phi-3/versions/5", ""])
def test_a_model_that_is_no_version_of_the_workspace_cannot_bear_a_verdict(stage: Stage, model: str) -> None:
    """It is to be registered here first."""
    found = _situation(stage)
    candidate = replace(found.verdict.candidate, model=model, version="5" if model else "")
    side = replace(found.deployed["candidate"], model=model, version=candidate.version)
    deployed = {**found.deployed, "candidate": side}

    with pytest.raises(UsageError, match="the verdict cannot be written to it"):
        refuse(replace(found, verdict=replace(found.verdict, candidate=candidate), deployed=deployed))
