"""The Azure ML registries, VM sizes and curated environments at four moments (eras), as immutable values.

The data and the rules it was reduced by: data/README.md.
"""

from __future__ import annotations

from fakes.catalogue.entries import (
    Catalogue,
    ComponentInput,
    RegistryComponent,
    RegistryEnvironment,
    RegistryModel,
    StepSpec,
    VmPrice,
    VmSize,
)
from fakes.catalogue.eras import ERAS, CatalogueError, load_catalogue

__all__ = [
    "ERAS",
    "Catalogue",
    "CatalogueError",
    "ComponentInput",
    "RegistryComponent",
    "RegistryEnvironment",
    "RegistryModel",
    "StepSpec",
    "VmPrice",
    "VmSize",
    "load_catalogue",
]
