"""Everything an operator can set, read from environment variables that start with GAZECAST_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the service; GAZECAST_PORT=9000 in the environment sets `port`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="GAZECAST_", frozen=True, use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. The default reaches this machine only; 0.0.0.0 is every IPv4 address
    of it."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """TCP port to listen on; 0 takes a free one."""
    model: Path | None = None
    """ONNX file to predict with, its .json beside it. The one in the package when not set."""
    threads: PositiveInt | None = None
    """Threads that one prediction may use. One per core when not set."""
    concurrency: PositiveInt = 2
    """Predictions worked on at the same time; others wait. Two keep the cores busy while one of
    them decodes or encodes a picture. Each holds its picture decoded and, for an overlay, copies of
    it: count on several hundred MB for one of 40 megapixels."""
    max_body_bytes: PositiveInt = 64 * 1024 * 1024
    """Largest request body in bytes. Uploads above 1 MB are spooled to an unnamed temporary file
    while they are read."""
    max_regions: NonNegativeInt = 200
    """Most regions in one request."""
