"""The report: one HTML page that shows how a film was made, with nothing to fetch."""

from laterna.production.report.page import Contents, Shot, page

__all__ = ["Contents", "Shot", "page"]
