"""docs/openapi.json, generated: python -m gazecast.serve.openapi_file > docs/openapi.json

The types of the answers in the studio and the Figma plugin are made from that file, without Python.
"""

from __future__ import annotations

import json

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings


def openapi_file() -> str:
    """The OpenAPI schema of a service with the default settings, as indented JSON."""
    # The defaults, whatever the environment here holds.
    app = create_app(Settings.model_construct())
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(openapi_file(), end="")
