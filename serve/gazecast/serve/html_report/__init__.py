"""Predictions as one HTML page to read and to print."""

from gazecast.serve.html_report.page import Entry, ReportError, html_report

__all__ = ["Entry", "ReportError", "html_report"]
