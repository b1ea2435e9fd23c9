"""The version of what the numbers mean."""

from __future__ import annotations

DEFINITIONS = "1"
"""Version of the definitions of share, intensity and hotspots; raise it when a number would
change."""
