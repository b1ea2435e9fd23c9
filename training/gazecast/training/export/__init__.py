"""From a checkpoint to a model's files: `gazecast export`."""
