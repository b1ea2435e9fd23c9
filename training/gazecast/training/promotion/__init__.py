"""Whether a fine-tuned model takes the place of the one that predicts: `gazecast promote`."""
