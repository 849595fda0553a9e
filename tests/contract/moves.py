"""What can be done to an Azure ML: each function returns something to do with a subject, for hypothesis to choose.

Names are few and weighted, so that most moves meet something that is there. ENDPOINTS, DEPLOYMENTS, CLUSTERS and JOBS
begin long-running operations or are refused; MODELS and SUBMISSIONS are done when they are answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from azure.ai.ml import command
from azure.ai.ml.entities import AmlCompute, ManagedOnlineDeployment, ManagedOnlineEndpoint, Model
from contract_steps import ENVIRONMENT, FOUNDATION, SIZE, invoke, question
from contract_subject import Subject
from hypothesis import strategies as st

__all__ = [
    "CLUSTERS",
    "DEPLOYMENTS",
    "ENDPOINTS",
    "JOBS",
    "MODEL",
    "MODELS",
    "QUESTIONS",
    "READS",
    "SUBMISSIONS",
    "VIEWS",
    "Move",
    "steps",
    "weighted",
]

Move = Callable[[Subject, Path], Any]
"""Something to do with a subject; the folder is for files. Changes return a poller, entries and reads a result."""

T = TypeVar("T")
MODEL = "m"
VIEWS = ("ActiveOnly", "ArchivedOnly", "All")
_ENDPOINTS = st.sampled_from(["chat-1", "chat-1", "chat-1", "chat-2"])
_DEPLOYMENTS = st.sampled_from(["blue", "blue", "green"])
_SHARES = st.sampled_from(
    [
        *({"blue": 100}, {"blue": 50}, {"blue": 0}, {"green": 100}, {"blue": 100, "green": 0}, {}),
        *({"blue": 90, "green": 10}, {"blue": 90, "green": 20}, {"purple": 100}, {"blue": 100, "purple": 0}),
    ]
)
_TAGS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)
_CLUSTERS, _JOBS = st.sampled_from(["gpu-1", "gpu-1", "cpu-1"]), st.sampled_from(["job-1", "job-2"])
_VERSIONS = st.sampled_from(["1", "1", "10", "foobar"])


def weighted(weights: Mapping[st.SearchStrategy[T], int]) -> st.SearchStrategy[T]:
    """Choose among strategies by weight, however many alternatives each of them has."""
    kinds = [kind for kind, weight in weights.items() for _ in range(weight)]
    return st.integers(min_value=0, max_value=len(kinds) - 1).flatmap(kinds.__getitem__)


def steps(name: str, *given: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
    """Return the calls of a step by its name, with arguments that are drawn."""
    return st.tuples(st.just(name), st.tuples(*given))


def put_endpoint(name: str, mode: str, tags: Mapping[str, str]) -> Move:
    """Create an endpoint, or replace all but its deployments."""
    return lambda aml, _: aml.workspace.online_endpoints.begin_create_or_update(
        ManagedOnlineEndpoint(name=name, auth_mode=mode, tags=dict(tags))
    )


def divide(name: str, shares: Mapping[str, int], mirror: Mapping[str, int]) -> Move:
    """Read an endpoint, change its traffic and send it again."""

    def move(aml: Subject, _: Path) -> Any:
        endpoint = aml.workspace.online_endpoints.get(name)
        endpoint.traffic, endpoint.mirror_traffic = dict(shares), dict(mirror)
        return aml.workspace.online_endpoints.begin_create_or_update(endpoint)

    return move


def put_deployment(endpoint: str, name: str, size: str, count: int, version: str) -> Move:
    """Create a deployment of the foundation model or replace it."""
    model = FOUNDATION.replace("/5", f"/{version}")
    sent = {"name": name, "endpoint_name": endpoint, "instance_type": size, "instance_count": count, "model": model}
    return lambda aml, _: aml.workspace.online_deployments.begin_create_or_update(ManagedOnlineDeployment(**sent))


def scale(endpoint: str, name: str, count: int) -> Move:
    """Read a deployment, change its number of instances and send it again."""

    def move(aml: Subject, _: Path) -> Any:
        found = aml.workspace.online_deployments.get(name, endpoint)
        found.instance_count = count
        return aml.workspace.online_deployments.begin_create_or_update(found)

    return move


def put_cluster(name: str, size: str, most: int, tier: str) -> Move:
    """Create a cluster or change it."""
    return lambda aml, _: aml.workspace.compute.begin_create_or_update(
        AmlCompute(name=name, size=size, max_instances=most, tier=tier)
    )


ENDPOINTS: st.SearchStrategy[Move] = st.one_of(
    st.builds(put_endpoint, _ENDPOINTS, st.sampled_from(["key", "key", "aml_token"]), _TAGS),
    st.builds(divide, _ENDPOINTS, _SHARES, st.sampled_from([{}, {}, {"green": 10}, {"green": 60}])),
    st.builds(divide, _ENDPOINTS, _SHARES, st.just({})),
    st.builds(lambda name: lambda aml, _: aml.workspace.online_endpoints.begin_delete(name), _ENDPOINTS),
    st.builds(
        lambda name, key: lambda aml, _: aml.workspace.online_endpoints.begin_regenerate_keys(name, key_type=key),
        _ENDPOINTS,
        st.sampled_from(["primary", "secondary"]),
    ),
)
DEPLOYMENTS: st.SearchStrategy[Move] = st.one_of(
    st.builds(
        put_deployment,
        _ENDPOINTS,
        _DEPLOYMENTS,
        st.sampled_from(["Standard_DS3_v2", "Standard_DS3_v2", "Standard_DS3_v9"]),
        st.sampled_from([1, 1, 2, 0]),
        st.sampled_from(["5", "5", "99"]),
    ),
    st.builds(put_deployment, _ENDPOINTS, st.just("green"), st.just("Standard_DS3_v2"), st.just(1), st.just("5")),
    st.builds(scale, _ENDPOINTS, _DEPLOYMENTS, st.sampled_from([1, 3])),
    st.builds(
        lambda name, endpoint: lambda aml, _: aml.workspace.online_deployments.begin_delete(name, endpoint),
        _DEPLOYMENTS,
        _ENDPOINTS,
    ),
)
CLUSTERS: st.SearchStrategy[Move] = st.one_of(
    st.builds(
        put_cluster,
        _CLUSTERS,
        st.sampled_from([SIZE, SIZE, "standard_ds3_v2", "Standard_None"]),
        st.sampled_from([1, 4, 0]),
        st.sampled_from(["Dedicated", "LowPriority"]),
    ),
    st.builds(lambda name: lambda aml, _: aml.workspace.compute.begin_delete(name), _CLUSTERS),
)
JOBS: st.SearchStrategy[Move] = st.builds(lambda name: lambda aml, _: aml.workspace.jobs.begin_cancel(name), _JOBS)


def register(version: str | None, content: str, kind: str, tags: Mapping[str, str]) -> Move:
    """Upload one of two folders and register it."""

    def move(aml: Subject, folder: Path) -> Any:
        path = folder / content
        path.mkdir(exist_ok=True)
        (path / "MLmodel").write_text(content, encoding="utf-8")
        model = Model(name=MODEL, version=version, type=kind, path=path, tags=dict(tags))
        return aml.workspace.models.create_or_update(model)

    return move


def submit(name: str, compute: str, display_name: str) -> Move:
    """Submit a command under a name, or describe the one of that name anew."""

    def move(aml: Subject, _: Path) -> Any:
        job = command(command="echo", environment=ENVIRONMENT, compute=compute, display_name=display_name)
        job.name = name
        return aml.workspace.jobs.create_or_update(job, experiment_name="chat")

    return move


_REGISTER = st.builds(
    register,
    _VERSIONS | st.none(),
    st.sampled_from(["a", "a", "b"]),
    st.sampled_from(["custom_model", "custom_model", "mlflow_model"]),
    _TAGS,
)
MODELS: st.SearchStrategy[Move] = st.one_of(
    _REGISTER,
    _REGISTER,
    st.builds(lambda version: lambda aml, _: aml.workspace.models.archive(MODEL, version), _VERSIONS),
    st.builds(lambda version: lambda aml, _: aml.workspace.models.restore(MODEL, version), _VERSIONS),
)
_SUBMIT = st.builds(
    submit, _JOBS, st.sampled_from(["cpu-1", "cpu-1", "cpu-1", "missing"]), st.sampled_from(["one", "two"])
)
SUBMISSIONS: st.SearchStrategy[Move] = st.one_of(
    _SUBMIT,
    _SUBMIT,
    st.builds(lambda name: lambda aml, _: aml.workspace.jobs.archive(name), _JOBS),
    st.builds(lambda name: lambda aml, _: aml.workspace.jobs.restore(name), _JOBS),
)


def ask(endpoint: str, deployment: str | None, body: Any) -> Move:
    """Invoke an endpoint."""
    return lambda aml, folder: invoke(aml.workspace, folder, body, endpoint_name=endpoint, deployment_name=deployment)


def log(endpoint: str, name: str) -> Move:
    """Count the answers in a deployment's log."""
    return lambda aml, _: aml.workspace.online_deployments.get_logs(name, endpoint, lines=500).count("POST /score")


def keys(endpoint: str) -> Move:
    """Tell which of the two keys of an endpoint there are; what they are is chance."""

    def move(aml: Subject, _: Path) -> Any:
        found = aml.workspace.online_endpoints.get_keys(endpoint)
        return {name: bool(value) for name, value in vars(found).items() if name.endswith(("_key", "_token"))}

    return move


def listing(kind: str) -> Move:
    """List what there is of a kind."""
    return lambda aml, _: getattr(aml.workspace, kind).list()


QUESTIONS: st.SearchStrategy[Move] = st.builds(
    ask,
    _ENDPOINTS,
    st.none() | _DEPLOYMENTS | st.just("purple"),
    st.sampled_from([question(), question(flat=True), {}, {"input_data": {"input_string": []}}]),
)
READS: st.SearchStrategy[Move] = st.one_of(
    st.builds(log, _ENDPOINTS, _DEPLOYMENTS),
    st.builds(keys, _ENDPOINTS),
    st.builds(lambda name: lambda aml, _: aml.workspace.online_endpoints.get(name), _ENDPOINTS),
    st.builds(
        lambda name, endpoint: lambda aml, _: aml.workspace.online_deployments.get(name, endpoint),
        _DEPLOYMENTS,
        _ENDPOINTS,
    ),
    st.builds(lambda name: lambda aml, _: aml.workspace.online_deployments.list(name), _ENDPOINTS),
    st.builds(lambda name: lambda aml, _: aml.workspace.compute.get(name), _CLUSTERS),
    st.builds(lambda name: lambda aml, _: aml.workspace.jobs.get(name), _JOBS),
    st.builds(lambda version: lambda aml, _: aml.workspace.models.get(MODEL, version), _VERSIONS),
    st.builds(
        lambda view: lambda aml, _: aml.workspace.models.list(MODEL, list_view_type=view),
        st.sampled_from(VIEWS),
    ),
    st.builds(
        lambda view: lambda aml, _: aml.workspace.jobs.list(list_view_type=view),
        st.sampled_from(VIEWS),
    ),
    st.sampled_from(["compute", "online_endpoints"]).map(
        lambda name: lambda aml, _: getattr(aml.workspace, name).list()
    ),
)
"""What changes nothing."""
