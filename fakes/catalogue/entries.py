"""The values of the catalogue. All of them are frozen, and their mappings are read-only: an era is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RegistryModel:
    """One version of a foundation model.

    Tags and properties are the strings of the wire: lists are Python literals; `model_specific_defaults` is a
    Python literal at publication and JSON after a later metadata update. `flavors` is empty: not known.
    """

    registry: str
    name: str
    version: str
    created: datetime
    tags: Mapping[str, str]
    properties: Mapping[str, str]
    model_type: str
    archived: bool
    description: str | None
    flavors: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ComponentInput:
    """One input of a component; the default and the enum are strings, as the service returns them."""

    type: str
    optional: bool
    default: str | None
    enum: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    description: str | None


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step of a pipeline; a value is a literal, a `${{parent...}}` binding or several of them."""

    component: str
    version: str
    compute: str | None
    instance_type: str | None
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegistryComponent:
    """One version of a component: a `pipeline` with its steps (`jobs`), or a `command` without any.

    `outputs` maps an output to its asset type; `task` is set for the fine-tuning pipelines only.
    """

    registry: str
    name: str
    version: str
    created: datetime
    type: str
    display_name: str
    description: str | None
    is_deterministic: bool | None
    inputs: Mapping[str, ComponentInput]
    outputs: Mapping[str, str]
    jobs: Mapping[str, StepSpec]
    task: str | None


@dataclass(frozen=True, slots=True)
class VmPrice:
    """What one hour of a VM costs, in USD."""

    retail_price: float
    os_type: str
    vm_tier: str


@dataclass(frozen=True, slots=True)
class VmSize:
    """One VM size; `max_resource_volume_mb` is None and `prices` is empty where no source gives them.

    `generation` and `supports_ib` (InfiniBand) are those of recorded rows, None for every other size.
    """

    name: str
    family: str
    vcpus: int
    gpus: int
    os_vhd_size_mb: int
    max_resource_volume_mb: int | None
    memory_gb: float
    low_priority_capable: bool
    premium_io: bool
    prices: tuple[VmPrice, ...]
    compute_types: tuple[str, ...]
    generation: str | None = None
    supports_ib: bool | None = None


@dataclass(frozen=True, slots=True)
class RegistryEnvironment:
    """One version of a curated environment and its container image."""

    registry: str
    name: str
    version: str
    image: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything of one era; `opened` is the virtual now at which a world of this era starts."""

    era: str
    opened: datetime
    models: tuple[RegistryModel, ...]
    components: tuple[RegistryComponent, ...]
    vm_sizes: tuple[VmSize, ...]
    environments: tuple[RegistryEnvironment, ...]
