"""Predictions as one HTML page to read and to print."""

from gazecast.serve.html_report.page import POLICY, Entry, ReportError, html_report

__all__ = ["POLICY", "Entry", "ReportError", "html_report"]
