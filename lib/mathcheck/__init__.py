"""Equations that run: checks the mathematics of a Markdown file by evaluating it."""

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.report import ChapterReport, ClaimReport, check_file
from mathcheck.text.errors import MathError, Place

__all__ = ["Chapter", "ChapterReport", "ClaimReport", "MathError", "Place", "check_file", "load"]
