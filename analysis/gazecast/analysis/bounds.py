"""How much of everything is looked at, so that no design takes long. Nothing is imported here, so
that the command line has these for its --help at once."""

MAX_POINTS = 500
"""Corners of a polygon: every two of its edges are checked for a crossing."""

MOST_FOUND = 20
"""Regions that are found on a picture: about as many as a person would mark by hand."""

MOST_VARIANTS = 8
"""Versions of a design that are compared."""
