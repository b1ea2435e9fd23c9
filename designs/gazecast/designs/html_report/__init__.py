"""Predictions as one HTML page to read and to print."""

from gazecast.designs.html_report.page import POLICY, Entry, html_report

__all__ = ["POLICY", "Entry", "html_report"]
