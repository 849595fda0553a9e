"""What `getLogs` tells of a deployment's newest instance (form recorded, texts documented)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

CONTAINERS = ("InferenceServer", "StorageInitializer")
"""Whose logs can be asked for (SDK source)."""


@dataclass(slots=True)
class DeploymentLog:
    """The stages, events and log lines of one instance."""

    stages: dict[str, str]
    events: list[str] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in CONTAINERS})

    @classmethod
    def begun(cls, at: datetime) -> DeploymentLog:
        """Return the log of an instance that is being prepared."""
        log = cls(
            {
                "SystemSetup": "Succeeded",
                "UserContainerImagePull": "InProgress",
                "ModelDownload": "InProgress",
                "UserContainerStart": "Pending",
            }
        )
        log.event("Pulling", "Start pulling container image", at)
        log.event("Pulling", "Start downloading models", at)
        return log

    def started(self, model: str, refusal: str, at: datetime) -> None:
        """Record that the container has started: with its model, or why it will not score."""
        self._prepared(at)
        self.stages["UserContainerStart"] = "Succeeded"
        self.event("Started", "Started container inference-server", at)
        self.write(f"Model {model} is not loaded: {refusal}" if refusal else f"Model {model} is loaded", at)

    def crashed(self, cause: str, at: datetime) -> None:
        """Record that the container did not stay up."""
        self._prepared(at)
        self.stages["UserContainerStart"] = "Failed"
        self.event("Unhealthy", cause, at, kind="Warning")
        self.write(cause, at)

    def event(self, name: str, message: str, at: datetime, *, kind: str = "Normal") -> None:
        """Add a container event."""
        time = f"{at:%Y%m%d-%H:%M:%S.%f}"
        self.events.append(f"Kind: Pod, Name: {name}, Type: {kind}, Time: {time}, Message: {message}")

    def write(self, text: str, at: datetime, *, container: str = "InferenceServer") -> None:
        """Add a line to the log of a container."""
        self.lines[container].append(f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d} {text}")

    def text(self, container: str, tail: int | None) -> str:
        """Return the whole as one string, with the last `tail` lines of a container."""
        lines = self.lines[container]
        kept = lines if tail is None else lines[max(0, len(lines) - tail) :]
        stages = [f"{stage}: {state}" for stage, state in self.stages.items()]
        return "\n".join(
            [
                "Instance status:",
                *stages,
                "",
                "Container events:",
                *self.events,
                "",
                "Container logs:",
                *kept,
                "",
            ]
        )

    def _prepared(self, at: datetime) -> None:
        self.stages |= {"UserContainerImagePull": "Succeeded", "ModelDownload": "Succeeded"}
        self.event("Pulled", "Container image is pulled successfully", at)
        message = "Models are downloaded successfully or no model need to download"
        self.event("Downloaded", message, at)
        self.write(message, at, container="StorageInitializer")
        self.event("Created", "Created container inference-server", at)
