from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings


@pytest.fixture
def client(fixed_predictor) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(max_regions=3), fixed_predictor)) as client:
        yield client
