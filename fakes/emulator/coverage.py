"""The page that says what is served and how sure we are: `python -m fakes.emulator.coverage docs/coverage.md`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakes.emulator.hosts import HostFamily
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services import FAMILIES, blob
from fakes.emulator.services.arm import PROVIDER

DEVIATIONS = (
    "JSON bodies are compact; Azure sends them indented by two spaces (recorded).",
    "No answer takes real time: `x-request-time` and `x-ms-run-fn-exec-ms` are constants and measure nothing.",
    "`x-ms-ratelimit-*` headers are constants, and nothing is throttled unless a fault says so (`azure.faults`).",
    "`Request-Context`, `azureml-served-by-cluster` and `x-ms-operation-identifier` hold constants; `X-MSEdge-Ref` "
    "is not sent.",
    "Any api-version that is well formed is accepted, and most answers have the shape of the newest recorded one.",
    "Long-running operations have their form of 2024 and later whatever the api-version: signed URLs, ids that begin "
    "with `oeidp` and `odidp`, an `endTime` from the start, a `percentComplete` that stays 0.0. The cluster's header "
    "is that of 2025; before, it was `x-aml-cluster` (recorded).",
    "The `$skipToken` of a next link is a plain number; on Azure it is opaque text (recorded).",
    "Not sent though recorded: `Build-ID` on the PUT of an environment, `Transfer-Encoding: chunked` on the 404 of a "
    "blob.",
    "`generation` and `supportsIB` are told for the three VM sizes that were recorded, and for no other.",
    "Timestamps of assets end in `+00:00`; those of a model of 2022-08 ended in `Z` (recorded).",
    "A new workspace has the datastores of blob storage alone. Of one that a user creates the container is there at "
    "once; other storage than blobs is a name without content, and secrets are kept and never tried.",
    "Code is never found by its snapshot (`snapshots/getByHash`), so SDKs of 2023 upload it every time.",
    "Workspaces are ready, and gone, at once; on Azure either takes minutes.",
    "The fine-tuning job computes with the `retrieval` engine (docs/adr/0004): metrics and answers are its own, "
    "not those of the model whose name it bears.",
    "Command jobs run nothing: they take their time, write an execution log and end as Completed. The file "
    "`NOT_EXECUTED.txt` stands in their outputs, and at a path of their artifacts from which a model is registered.",
    "Pipelines compute where they hold a fine-tuning component of the catalogue; other nodes only take time, and leave "
    "the same file in the outputs that they feed.",
    "Deployments answer for fine-tuned MLflow models and for registry models. Scoring scripts, custom containers, "
    "other MLflow flavors and models that no executed job wrote are not run: such a deployment succeeds, its log says "
    "why its model is not loaded, and a request gets 424 with the same words.",
    "A foundation model that was never fine-tuned answers with fixed text; it is a stand-in, and meant to be bad.",
    "Quotas are unlimited and every VM size is available in every region, unless a fault says otherwise. A limit that "
    "a test sets is listed, and nothing is refused for it.",
    "Role assignments are not checked: a valid token may do everything.",
    "Runs that a client starts with MLflow are no jobs of the workspace. They begin and end, and values are logged, at "
    "the virtual instant, whatever the client's clock says.",
    "Curated environments and registry models are a selection. An environment of the registry `azureml` that is not "
    "among them is accepted by a job; of those that are, every version up to the newest is.",
    "Virtual time passes for a client that polls one thing in real time (docs/adr/0003).",
    "On a socket, polls of what has not ended carry `retry-after-ms`, and tokens and signatures are good as many times "
    "as long as virtual time is faster than real time (docs/adr/0010).",
    "A compute instance is up and down, and nothing can be run on it; a cluster never has nodes.",
    "Blob storage holds block and append blobs; page blobs, snapshots, leases, tiers and tags are not served, and "
    "neither are file shares.",
    "Answered with 501: batch endpoints, schedules, serverless endpoints and marketplace subscriptions, Kubernetes and "
    "attached compute, hubs, projects and feature stores, workspace connections, indexes and deployment templates, "
    "jobs of type Sweep, AutoML, Spark and Labeling, the model registry and the artifacts of MLflow, files of the "
    "catalogue's models.",
)
"""How the local Azure ML differs on purpose, and where it ends."""

UNVERIFIED = (
    "The 404 of an endpoint, deployment, job, model or workspace that is not there (code and text).",
    "The body of a `mfeOperationsStatus` that failed; its message is put together from what users quote.",
    "Every 409 that the SDK does not see through, such as a second operation on a busy endpoint.",
    "The body of `runs/{id}/details`, which `jobs.stream` reads; only its keys are known.",
    "The answer to a command job: its members are those of the SDK, its defaults documented, their order inferred.",
    "The mode of a job's input that was sent without one.",
    "Headers of the data plane other than the cluster and the type of the answer; they are taken from ARM.",
    "A name of an asset that is there before its first version: its GET is recorded, the answer to its PUT is not.",
    "What refuses a job that names an asset, a run or a datastore that is not there; the text is that of a component.",
    "What becomes of a job whose output cannot be registered, and of the path that a client chose for an output.",
    "A job list, and a registry component that a pipeline of 2024 or later uses with success.",
    "What refuses an unknown component input, a value outside an enum or below a minimum.",
    "What refuses traffic that does not add up to 100, an unknown VM size, a quota that is spent.",
    "A model registered from `azureml://jobs/...`: the answer, and its refusal when nothing was written there.",
    "The answers of the scoring host other than 200: 424 and its headers are documented, 413 and 503 inferred.",
    "`listKeys` with keys in it, and the first answer to PATCH.",
    'Durations (`pace="recorded"`): creating, updating and deleting an endpoint, creating and updating a '
    "deployment and canceling a job are recorded; every other duration in fakes/world/pace.py is inferred.",
    "The regions that the public registries serve.",
)
"""What no recording shows. It is read off the SDK or the documentation, or inferred."""

_GROUP = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{PROVIDER}"
_SHORT = {
    "{ws}": f"{_GROUP}/workspaces/{{workspace}}",
    "{registry id}": f"{_GROUP}/registries/{{registry}}",
    "{location id}": f"/subscriptions/{{subscription}}/providers/{PROVIDER}/locations/{{location}}",
}
_VARIABLE = re.compile(r"<(?:path:)?(\w+)>")
_HEADER = """\
# What the local Azure ML serves

Written by `make coverage` from the routes of `fakes/emulator`; a test fails when it is out of date. A request that is
not listed is answered with 501 and names itself.

Evidence, strongest first:

| evidence | meaning |
|---|---|
| recorded | seen in published recordings of real traffic |
| SDK source | read off the source of azure-ai-ml or azure-core, which sends or expects it |
| documented | described in the REST specification or the documentation, not seen |
| inferred | the most conservative answer we could think of |

In the paths these stand for longer ones:
"""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that a host family serves."""

    family: HostFamily
    route: Route

    @property
    def path(self) -> str:
        """The path in the notation of Azure's REST specification."""
        path = _VARIABLE.sub(r"{\1}", self.route.path)
        for short, long in _SHORT.items():
            path = path.replace(long, short)
        return path

    def row(self) -> str:
        """Return the operation as a row of a table."""
        route = self.route
        return f"| {route.operation} | {route.method} | `{self.path}` | {route.evidence.value} | {route.note} |"


def served() -> tuple[Operation, ...]:
    """Return every operation, in the order of the routes. Blob operations are told apart by their queries."""
    return tuple(
        Operation(family, route)
        for family in FAMILIES
        for route in (blob.OPERATIONS if family.name == "blob" else family.routes.routes)
    )


def page() -> str:
    """Return docs/coverage.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    operations = served()
    yield _HEADER
    yield from (f"- `{short}`: `{long}`" for short, long in _SHORT.items())
    yield ""
    yield from _summary(operations)
    for family in FAMILIES:
        yield from _family(family, [operation for operation in operations if operation.family is family])
    yield "\n## Deliberate deviations and limits\n"
    yield from (f"- {text}" for text in DEVIATIONS)
    yield "\n## Not recorded anywhere\n"
    yield "Do not take what the emulator does here for what Azure does:\n"
    yield from (f"- {text}" for text in UNVERIFIED)


def _summary(operations: tuple[Operation, ...]) -> Iterator[str]:
    counts = Counter((operation.family.name, operation.route.evidence) for operation in operations)
    yield "| host family | " + " | ".join(kind.value for kind in Evidence) + " | operations |"
    yield "|---|" + "---:|" * (len(Evidence) + 1)
    for family in FAMILIES:
        yield _counted(family.name, [counts[family.name, kind] for kind in Evidence])
    totals = Counter(operation.route.evidence for operation in operations)
    yield _counted("all", [totals[kind] for kind in Evidence])


def _counted(name: str, counts: list[int]) -> str:
    return f"| {name} | " + " | ".join(str(count) for count in (*counts, sum(counts))) + " |"


def _family(family: HostFamily, operations: list[Operation]) -> Iterator[str]:
    yield f"\n## {family.name}: `{family.hosts}`\n"
    yield "| operation | method | path | evidence | not verified, or limited |"
    yield "|---|---|---|---|---|"
    yield from (operation.row() for operation in operations)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
