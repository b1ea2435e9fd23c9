"""From a recipe and data sets to a checkpoint: `gazecast train`."""
