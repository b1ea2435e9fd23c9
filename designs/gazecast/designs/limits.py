"""How much of everything one question may have, so that no small one causes much work."""

from __future__ import annotations

from dataclasses import dataclass

from gazecast.analysis.bounds import MAX_POINTS, MOST_FOUND

LONGEST_NAME = 200
"""Characters of a region's name."""

LONGEST_LABEL = LONGEST_NAME + 8
"""The same of a name with the number that is added where names repeat."""

LONGEST_URL = 2_048

MAX_REACH_POINTS = 1_000
"""Of a curve of scroll reach: ten times those that analytics in whole percent have."""

HIGHEST_VIEWPORT = 1_000_000
"""Pixels: more than any picture has."""

# A rectangle takes some 100 bytes as JSON, a corner 20 to 45; names in CJK, escaped, up to 1,200.
_BYTES_PER_REGION = 1024
_BYTES_PER_CORNER = 64
_BYTES_AT_LEAST = 64 * 1024
_CORNERS_PER_REGION = 10
_BYTES_PER_BRACKET = 10  # of a corner, the least of what has one


@dataclass(frozen=True, slots=True)
class Limits:
    """What the options of one design may have, all of it in proportion to the regions that are
    allowed. Options are held against it where it is the context of their validation."""

    regions: int
    """In all, or of each variant of a comparison."""

    @property
    def corners(self) -> int:
        """Of all polygons together; on a long page one counts on each screen that its polygon
        reaches over. One polygon is always allowed."""
        return max(MAX_POINTS, _CORNERS_PER_REGION * self.regions)

    @property
    def names(self) -> int:
        """In an intended order: of all regions that are given or may be found."""
        return self.regions + MOST_FOUND

    @property
    def text_bytes(self) -> int:
        """Of an option that comes as text."""
        return _BYTES_AT_LEAST + _BYTES_PER_REGION * self.regions + _BYTES_PER_CORNER * self.corners

    @property
    def brackets(self) -> int:
        """Opening ones in such a text. What parses into lists and objects takes a hundred times its
        size, and the interpreter for as long."""
        return self.text_bytes // _BYTES_PER_BRACKET
