"""Equations that run: checks the mathematics of a Markdown file by evaluating it."""

from mathcheck.chapter import Chapter, load
from mathcheck.errors import MathError, Place
from mathcheck.report import ChapterReport, ClaimReport, check_file

__all__ = ["Chapter", "ChapterReport", "ClaimReport", "MathError", "Place", "check_file", "load"]
