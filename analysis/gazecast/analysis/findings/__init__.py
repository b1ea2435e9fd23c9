"""What the numbers of a design say, in plain sentences."""

from gazecast.analysis.findings.findings import Facts, Finding, RegionFacts, findings

__all__ = ["Facts", "Finding", "RegionFacts", "findings"]
