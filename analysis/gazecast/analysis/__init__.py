"""Numbers and pictures from a density: pure functions on arrays."""
