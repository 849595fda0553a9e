"""VM sizes and curated environments: what jobs and deployments run on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.catalogue.datafile import created, read_data, stands
from fakes.catalogue.entries import RegistryEnvironment, VmPrice, VmSize

_COMPUTE_TYPES = ("AmlCompute", "ComputeInstance")


def vm_sizes() -> tuple[VmSize, ...]:
    """Every VM size of the one region that is emulated; the same in every era."""
    data = read_data("vm_sizes.json")
    os_disk, generations = data["os_vhd_size_mb"], data["generations"]
    rows = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    return tuple(_vm_size(row, os_disk, *generations.get(row["name"], (None, None))) for row in rows)


def _vm_size(row: Mapping[str, Any], os_disk: int, generation: str | None, supports_ib: bool | None) -> VmSize:
    """One row; unknown compute types are inferred, since the SDK iterates them in `list_sizes`."""
    return VmSize(
        name=row["name"],
        family=row["family"],
        vcpus=row["vcpus"],
        gpus=row["gpus"],
        os_vhd_size_mb=os_disk,
        max_resource_volume_mb=row["max_resource_volume_mb"],
        memory_gb=row["memory_gb"],
        low_priority_capable=row["low_priority_capable"],
        premium_io=row["premium_io"],
        prices=tuple(VmPrice(*price) for price in row["prices"]),
        compute_types=tuple(row["compute_types"] or _COMPUTE_TYPES),
        generation=generation,
        supports_ib=supports_ib,
    )


def environments_on(day: str) -> tuple[RegistryEnvironment, ...]:
    """The curated environments that existed on the day (YYYY-MM-DD)."""
    records = read_data("environments.json")["environments"]
    return tuple(_environment(record) for record in records if stands(record, "created", day))


def _environment(record: Mapping[str, Any]) -> RegistryEnvironment:
    """One environment; the image is inferred from how Azure names curated images."""
    repository = record["name"].lower().removeprefix("azureml-")
    return RegistryEnvironment(
        registry="azureml",
        name=record["name"],
        version=record["version"],
        image=f"mcr.microsoft.com/azureml/curated/{repository}:{record['version']}",
        created=created(record),
    )
