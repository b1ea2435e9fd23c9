"""A model that predicts here, and where it comes from: a file, or a version in a registry."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from gazecast.client.records import ServedModel
from gazecast.model.metadata import ModelInfo
from gazecast.model.predictor import Predictor
from gazecast.model.registry.registry import Registry
from gazecast.model.registry.version import Version
from gazecast.serve.settings import Settings


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """version: its record in the registry; None for a model that is not from one."""

    predictor: Predictor
    version: Version | None = None

    def description(self) -> ServedModel:
        info = self.predictor.info
        known = {field.name: getattr(info, field.name) for field in fields(ModelInfo)}
        return ServedModel(**known, registry=self.version)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The model that is to predict now. Raises ModelFileError."""
        if settings.registry is not None:
            registry = Registry(settings.registry)
            name = registry.current_name()
            if name is not None:
                return cls.from_registry(registry, name, settings.threads)
        return cls(Predictor(settings.model, threads=settings.threads))

    @classmethod
    def from_registry(cls, registry: Registry, name: str, threads: int) -> Self:
        """A version whose files are those that were promoted. Raises ModelFileError."""
        version = registry.verified(name)
        return cls(Predictor(registry.model(name), threads=threads), version)
