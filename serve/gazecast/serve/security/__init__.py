"""Who may ask the service: hosts, origins, keys, rates, and what browsers are told."""
