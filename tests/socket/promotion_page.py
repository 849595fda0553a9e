"""docs/gate-run.md: a comparison and a promotion from end to end, as they went on the socket: `make promotion`."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.socket.killed_promotions import POINTS, Cut, Then, promotions
from tests.socket.processes import ROOT, Server, serving

_HEADER = """\
# From two models to one in service

Written by `make promotion`, which runs all of it again, commands and output as they are. **What answers is the local
Azure ML on a socket, not Azure**; the commands are the same there. What fine-tuning learns here is not what the model
learns whose name it bears: the numbers show how the gate works, and nothing about a model.
"""

_DEPLOY = """\
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint
from azure.identity import DefaultAzureCredential

client = MLClient.from_config(DefaultAzureCredential())
endpoint = ManagedOnlineEndpoint(name="support-chat", auth_mode="key")
client.online_endpoints.begin_create_or_update(endpoint).result()
models = {{
    "blue": "azureml:{tenth}",
    "green": "azureml:{full}",
}}
for name, model in models.items():
    deployment = ManagedOnlineDeployment(
        name=name,
        endpoint_name="support-chat",
        model=model,
        instance_type="Standard_NC6s_v3",
        instance_count=1,
    )
    client.online_deployments.begin_create_or_update(deployment).result()
endpoint = client.online_endpoints.get("support-chat")
endpoint.traffic = {{"blue": 100}}
client.online_endpoints.begin_create_or_update(endpoint).result()
"""

_KILLED = """\
Promotions of another endpoint were killed with SIGKILL in the middle of a call. What changes something is met in three
ways: it is lost, Azure acts on it 1.6 s after the process is dead, or it has acted before. Scoring requests are lost,
or answered unheard. Another process then ran `harness gate promote --resume`, or `harness gate rollback`; what the
endpoint's traffic is afterwards was read by a third one.
"""

_EVIDENCE = "--evidence gate/evidence.jsonl --policy samples/policies/samples.toml"
_REVERSE = "--evidence reverse/evidence.jsonl --policy samples/policies/samples.toml"
_GATE = (
    ("Is the policy sound?", "plan --policy samples/policies/samples.toml"),
    (
        "Ask both, candidate without traffic",
        "score --endpoint support-chat --baseline blue --candidate green "
        "--held-out samples/held_out/conversations.jsonl --train runs/full/data/train_sft.jsonl " + _EVIDENCE,
    ),
    ("Decide", f"decide {_EVIDENCE}"),
    ("Bring it into service", f"promote {_EVIDENCE}"),
    ("Put it back", "rollback --endpoint support-chat"),
    (
        "The other way round",
        "score --endpoint support-chat --baseline green --candidate blue "
        "--held-out samples/held_out/conversations.jsonl --train runs/full/data/train_sft.jsonl "
        f"--cache gate/evidence.jsonl {_REVERSE}",
    ),
    ("", f"decide {_REVERSE}"),
    ("", f"promote {_REVERSE}"),
)


@dataclass
class Shown:
    """A command that was run: what it printed, and its exit code."""

    title: str
    command: str
    output: str
    code: int


@dataclass
class Seen:
    """Everything that the page shows."""

    deploy: str = ""
    commands: list[Shown] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)


def observe(folder: Path) -> Seen:
    """Serve, fine-tune two models, deploy both, and go the whole way."""
    seen = Seen()
    (folder / "samples").symlink_to(ROOT / "samples")
    with serving() as server:
        (folder / "config.json").write_text(json.dumps(server.document["workspace"]), encoding="utf-8")
        models = {name: _trained(server, folder, name, percent) for name, percent in (("tenth", "10"), ("full", "100"))}
        seen.deploy = _DEPLOY.format(**models)
        done = server.client("-c", seen.deploy, cwd=folder)
        assert done.returncode == 0, done.stderr
        for title, command in _GATE:
            done = server.client("-m", "harness.cli", "gate", *command.split(), cwd=folder, COLUMNS="118")
            said = (done.stdout + done.stderr).rstrip()
            seen.commands.append(Shown(title, f"harness gate {command}", said, done.returncode))
    with promotions(folder) as killed:
        ways: Sequence[Then] = ("resume", "rollback")
        seen.cuts = [killed.cut(point, then) for points in POINTS.values() for point in points for then in ways]
    return seen


def _trained(server: Server, folder: Path, name: str, percent: str) -> str:
    """Fine-tune on a share of the samples and return the registered model, as name:version."""
    options = ("--data", "samples/ultrachat_200k", "--percent", percent, "--folder", f"runs/{name}", "--json")
    done = server.client("-m", "harness.cli", "run", "--backend", "live", *options, cwd=folder)
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["error"]
    return str(next(made["name"] for made in report["created"] if made["kind"] == "model"))


def page(seen: Seen) -> str:
    """Return docs/gate-run.md."""
    return "\n".join(_lines(seen)) + "\n"


def _lines(seen: Seen) -> Iterator[str]:
    yield _HEADER
    yield "## Two models behind one endpoint\n"
    yield "Fine-tuned on a tenth of the sample conversations and on all of them:\n"
    for name, percent in (("tenth", 10), ("full", 100)):
        yield (f"    harness run --backend live --data samples/ultrachat_200k --percent {percent} --folder runs/{name}")
    yield "\nThe first one is in service, the second one beside it, without traffic:\n"
    yield f"```python\n{seen.deploy}```"
    for shown in seen.commands:
        yield from _command(shown)
    yield from _killed(seen.cuts)


def _command(shown: Shown) -> Iterator[str]:
    if shown.title:
        yield f"\n## {shown.title}\n"
    words = re.sub(r" (--\w)", r" \\\n        \1", shown.command) if len(shown.command) > 110 else shown.command
    yield f"\n    {words}\n" if not shown.title else f"    {words}\n"
    yield f"```\n{shown.output}\n```\n\nExit code {shown.code}."


def _killed(cuts: Sequence[Cut]) -> Iterator[str]:
    yield "\n## kill -9\n"
    yield _KILLED
    yield "| killed on | kills | resumed to the top | rolled back to the saved traffic, as read |"
    yield "|---|---:|---:|---:|"
    rungs = Counter(cut.rung for cut in cuts)
    for rung, count in rungs.items():
        top, back = (_good([cut for cut in cuts if cut.rung == rung], way) for way in ("resume", "rollback"))
        yield f"| {rung} | {count} | {top} | {back} |"
    top, back = (_good(cuts, way) for way in ("resume", "rollback"))
    yield f"| **in all** | {len(cuts)} | {top} | {back} |"


def _good(cuts: Sequence[Cut], then: str) -> str:
    mine = [cut for cut in cuts if cut.then == then]
    wanted = {"green": 100} if then == "resume" else {"blue": 100}
    good = [cut for cut in mine if (cut.code, dict(cut.traffic)) == (0, wanted)]
    return f"{len(good)} of {len(mine)}"


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        observed = observe(Path(made))
    Path(sys.argv[1]).write_text(page(observed), encoding="utf-8")
    failed = [cut for cut in observed.cuts if cut.code]
    sys.exit(1 if failed else 0)
