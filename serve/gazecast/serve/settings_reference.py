"""The reference of all settings, generated: python -m gazecast.serve.settings_reference > FILE"""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo

from gazecast.serve.settings import Settings

_HEAD = """\
# Settings

Read from the environment when the service starts. This page is generated from
`serve/gazecast/serve/settings.py`; after a change there, run
`python -m gazecast.serve.settings_reference > docs/settings.md` (a test checks it).

| variable | default | what it sets |
|---|---|---|
"""


def settings_reference() -> str:
    """Markdown with a table row for each setting."""
    prefix = Settings.model_config["env_prefix"]
    rows = (
        f"| `{prefix}{name.upper()}` | {_default(field)} | {_text(field)} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _HEAD + "".join(rows)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float | str | Path):
        return f"`{value}`"
    return "not set" if not value else f"`{','.join(map(str, value))}`"


def _text(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    print(settings_reference(), end="")
