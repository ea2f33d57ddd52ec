"""Numbers as they are printed in the text: not as a program writes them."""

from __future__ import annotations

import re

__all__ = ["number_text"]

_NOTHING = re.compile(r"-(0(?:\.0*)?(?:e[-+]?\d+)?%?)")
_POWER = re.compile(r"e([-+]?)0*(\d+)")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(text: str) -> str:
    """A number with a minus, with a power of ten for an exponent, and never less than no zero.

    >>> number_text("-1.50"), number_text("-0.00%"), number_text("-3.4e-07"), number_text("2e+00")
    ('−1.50', '0.00%', '−3.4 × 10⁻⁷', '2')
    """
    if nothing := _NOTHING.fullmatch(text):
        text = nothing[1]
    return _POWER.sub(_power, text).replace("-", "−")


def _power(match: re.Match[str]) -> str:
    sign, digits = match.groups()
    power = f"{sign.removeprefix('+')}{digits}".translate(_RAISED)
    return f" × 10{power}" if digits != "0" else ""
