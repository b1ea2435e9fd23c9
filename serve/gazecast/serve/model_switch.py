"""Takes up what is promoted in the registry, while requests go on.

The new model is loaded and warmed up beside the one that predicts, and takes over for requests that
arrive from then on; those that have begun finish on the model that they began with. When anything
is wrong with the new one, the old one stays.
"""

from __future__ import annotations

import logging

from anyio import CapacityLimiter, Event, move_on_after, to_thread

from gazecast.model.metadata import ModelFileError
from gazecast.model.registry.registry import Registry, Stamp
from gazecast.model.registry.version import RegistryError
from gazecast.serve.loaded_model import LoadedModel
from gazecast.serve.service import Service

_logger = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
"""A look is a few calls to stat, which any file system takes; notices of changes some do not."""


class ModelSwitch:
    """One per application."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: Stamp | None = None
        self._stopped = Event()
        # Not among the predictions: it must not wait for them, and takes none of their places.
        self._thread = CapacityLimiter(1)

    async def run(self) -> None:
        """Watches the registry until `stop`; ends at once where there is none."""
        folder = self._service.settings.registry
        if folder is None:
            return
        registry = Registry(folder)
        while not self._stopped.is_set():
            await self._look(registry)
            with move_on_after(_POLL_SECONDS):
                await self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()

    async def _look(self, registry: Registry) -> None:
        try:
            stamp = await to_thread.run_sync(registry.stamp, limiter=self._thread)
            if stamp == self._seen:
                return
            self._seen = stamp  # so that what cannot be loaded is told once
            loaded = await to_thread.run_sync(self._load, registry, limiter=self._thread)
        except Exception as error:
            self._service.metrics.model_switches.labels("failed").inc()
            # What is wrong with files is said in the message; of all else the trace is needed.
            trace = not isinstance(error, ModelFileError)
            now = self._service.predictor.info.sha256[:12]
            _logger.error("Model %s goes on predicting. %s", now, error, exc_info=trace)
            return
        if loaded is not None:
            self._service.switch_to(loaded)

    def _load(self, registry: Registry) -> LoadedModel | None:
        """The current version, ready to predict; None when it already does.

        Raises ModelFileError, and whatever a model raises that cannot predict.
        """
        serving = self._service.version
        name = registry.current_name()
        if name == (serving.name if serving else None):
            return None
        if name is None:
            raise RegistryError(
                f"The registry {registry.folder} names no version any more; is it mounted?"
            )
        loaded = LoadedModel.from_registry(registry, name, self._service.settings.threads)
        loaded.predictor.warm_up()
        return loaded
