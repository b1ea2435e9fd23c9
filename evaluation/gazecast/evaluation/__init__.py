"""How good a model is: metrics, protocols, people as the bar, the report. Needs no torch."""
