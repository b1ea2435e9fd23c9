"""Everything an operator can set, read from environment variables that start with GAZECAST_."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gazecast.data.errors import GazecastError
from gazecast.serve.security.keys import parse_keys
from gazecast.serve.security.rates import check_rate

_ORIGIN = re.compile(r"null|https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


def _split(value: object) -> object:
    """A variable's text as the list that its commas make of it."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _hashes(value: object) -> object:
    parts = _split(value)
    return parse_keys(parts) if isinstance(parts, list) else value


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(
            "Not an origin: write it as browsers send it, such as https://tool.example, or null."
        )
    return value


def _rate(value: str | None) -> str | None:
    return value if value in {None, "off"} else check_rate(str(value))


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        prefix, _, encoded = value.get_secret_value().rpartition("whsec_")
        try:
            length = len(base64.b64decode(encoded, validate=True))
        except ValueError:
            length = 0
        if prefix or not 24 <= length <= 64:
            raise ValueError("Not a webhook secret: write whsec_ and 24 to 64 bytes in base64.")
    return value


def _host_name(value: str) -> str:
    if ":" in value.rpartition("]")[2] or "/" in value:
        raise ValueError("Not a host name: leave out http:// and the port.")
    return value.lower()


class Settings(BaseSettings):
    """Settings of the service; GAZECAST_PORT=9000 in the environment sets `port`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="GAZECAST_",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # it may be a key, where its hash belongs
    )

    host: str = "127.0.0.1"
    """Address to listen on. The default reaches this machine only; 0.0.0.0 is every IPv4 address
    of it."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """TCP port to listen on; 0 takes a free one."""
    model: Path | None = None
    """ONNX file to predict with, its .json beside it. The one in the package when not set."""
    registry: Path | None = None
    """Folder of the models that `gazecast promote` lets predict; instead of `model`. The service
    takes up a promoted model within seconds, without a restart, and predicts with the one in the
    package until there is one. It only reads there: whoever may write to the folder decides what
    predicts."""
    threads: PositiveInt = 1
    """Threads of one prediction. More make a single answer quicker and the sum of many slower, as
    they wait for each other."""
    concurrency: PositiveInt | None = None
    """Predictions worked on at the same time; others wait. One per core when not set. Each holds
    its picture decoded and, for an overlay, copies of it: count on several hundred MB for one of 40
    megapixels."""
    queue_length: NonNegativeInt = 32
    """Predictions that may wait for their turn. More are refused with 503 and a Retry-After: a
    client that waits in a longer queue has given up before its answer comes. Each that waits keeps
    its upload."""
    shutdown_seconds: PositiveInt = 30
    """How long a server that is told to stop (SIGTERM, Ctrl-C) goes on with what it has taken; what
    is not done then is cut off. Let whatever stops it wait a little longer."""
    max_body_bytes: PositiveInt = 64 * 1024 * 1024
    """Largest request body in bytes. Uploads above 1 MB are spooled to an unnamed temporary file
    while they are read."""
    max_regions: NonNegativeInt = 200
    """Most regions in one request, or of each variant of a comparison. Corners of polygons, names
    in an intended order and the text of a field may be as many as follows from it."""
    data_dir: Path | None = None
    """Folder for jobs: their state, and their images until they are done. Where the platform keeps
    a program's state (such as ~/.local/state/gazecast) when not set. It is made when the first job
    arrives; without jobs the service keeps nothing."""
    job_retention: PositiveFloat = 24.0
    """Hours after which a job is erased with its images and results, counted from its start and
    whether it is finished or not."""
    max_jobs: NonNegativeInt = 100
    """Jobs that are kept at the same time; 0 takes none. More are refused with 503."""
    max_job_files: PositiveInt = 1000
    """Most images in one job."""
    max_job_bytes: PositiveInt = 1024 * 1024 * 1024
    """Largest job in bytes, as it is sent and also as its zips are unpacked. Each image in it may
    have `max_body_bytes`. The data folder needs room for `max_jobs` times this at worst."""
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = None
    """What webhooks are signed with: 24 to 64 random bytes in base64, after `whsec_`, as in
    `echo "whsec_$(openssl rand -base64 32)"`. Receivers check signatures with it, so each of them
    could forge messages to others. Jobs cannot have webhooks when it is not set."""
    webhook_private: bool = False
    """Whether webhooks may go to addresses outside the internet (private, loopback, link-local).
    Whoever can send jobs can then reach your network's https servers with a POST."""
    webhook_ca: Path | None = None
    """PEM file with certificate authorities that webhooks' receivers may have besides the
    system's."""
    keys: Annotated[dict[str, str], NoDecode, BeforeValidator(_hashes)] = Field(
        default_factory=dict
    )
    """API keys by their hashes: `NAME:HASH`, more of them after commas. `gazecast keys add NAME`
    prints a key and this entry for it. Keys are required as soon as one of these holds: there are
    keys here, `key_file` is set, `host` is no loopback address, `cors_origins` has null. Where none
    is there then, the service makes one at its start and prints it."""
    key_file: Path | None = None
    """File with more keys, which `gazecast keys` writes. It is read again when it changes, so that
    a removed key stops working at once. In a container, mount its folder: a file that is mounted by
    itself is not replaced there when it is outside."""
    allowed_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host_name)], ...], NoDecode, BeforeValidator(_split)
    ] = ()
    """Host names the service answers to besides localhost and loopback addresses; commas between
    them. Without keys it answers to no others, so that no web page can reach it under a name of its
    own; with keys any name will do unless some are set here."""
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
    ] = ()
    """Origins whose web pages may use the service, such as `https://tool.example`; commas between
    them. `null`, the origin of plugins in frames, is also that of frames any page can make, so it
    makes keys required."""
    rate_limit: Annotated[str | None, AfterValidator(_rate)] = None
    """Requests that each key may send, such as `120/minute` or `5/second`, or `off`. When not set:
    off on a loopback address, else 600/minute."""

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if self.model is not None and self.registry is not None:
            raise ValueError(
                "GAZECAST_MODEL and GAZECAST_REGISTRY are both set, and each names the model that "
                "predicts. Leave one of them out."
            )
        return self


class SettingsError(GazecastError):
    """A setting in the environment is wrong; the message names it."""


def read_settings() -> Settings:
    """The settings that the environment holds. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(str(error)) from error
