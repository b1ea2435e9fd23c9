"""Scores of a prediction and of a picture: focus, clutter, contrast."""
