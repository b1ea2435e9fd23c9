"""Writes the web studio's copies of the examples: small files, with their regions.

Run ``python examples/studio_copies.py`` after ``render.py``. The studio's folder is part of the
package, so what it offers to try must lie there.
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).resolve().parent
STUDIO = EXAMPLES.parent / "serve" / "gazecast" / "serve" / "studio" / "examples"

# Name, what it is called in the studio, the region that should be seen.
OFFERED = (
    ("landing-page", "Landing page", "primary button"),
    ("landing-page-b", "Its second version", "primary button"),
    ("phone-screen", "Phone screen", "primary button"),
    ("poster", "Poster", "date"),
)

THUMBNAIL = (320, 320)  # shown at half of it, so it is sharp on dense screens
QUALITY = 88


def main() -> None:
    """Writes NAME.webp, NAME.small.webp and examples.json."""
    STUDIO.mkdir(exist_ok=True)
    entries = []
    for name, title, goal in OFFERED:
        with Image.open(EXAMPLES / f"{name}.png") as picture:
            size = {"width": picture.width, "height": picture.height}
            picture.save(STUDIO / f"{name}.webp", quality=QUALITY, method=6)
            picture.thumbnail(THUMBNAIL)
            picture.save(STUDIO / f"{name}.small.webp", quality=80, method=6)
        regions = json.loads((EXAMPLES / f"{name}.regions.json").read_text(encoding="utf-8"))
        entry = {"title": title, "file": f"{name}.webp", "thumbnail": f"{name}.small.webp"}
        entries.append({**entry, **size, "goal": goal, "regions": regions})
    text = json.dumps(entries, separators=(",", ":"))
    (STUDIO / "examples.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
