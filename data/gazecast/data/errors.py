"""The root of every error that gazecast raises on purpose."""


class GazecastError(Exception):
    """What was asked for cannot be done; str() says what is wrong and what to do about it."""
