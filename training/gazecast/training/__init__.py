"""Training, fine-tuning, export and promotion of the network."""
