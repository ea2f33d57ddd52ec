"""Reads lengths as LaTeX and CSS write them."""

import re

_INCHES = {
    **{"in": 1.0, "cm": 0.4, "mm": 0.04, "q": 0.01, "pt": 0.014, "bp": 0.014, "px": 1 / 96},
    **{"em": 0.14, "rem": 0.14, "ex": 0.06, "ch": 0.07, "mu": 0.008, "pc": 0.17, "dd": 0.015},
    **{"cc": 0.18, "sp": 0.0, "vw": 0.1, "vh": 0.1, "%": 0.06},
}
LENGTH = r"[-+\s]*(?<![\d.,])(?:\d+(?:[.,]\d*)?|[.,]\d+)\s*(?:true\s*)?(?:[a-zA-Z]{1,3}|%)"
_PARTS = re.compile(r"([-+\s]*)(\d+(?:[.,]\d*)?|[.,]\d+)\s*(?:true\s*)?([a-zA-Z]{1,3}|%)")


def inches(length: str) -> float | None:
    """Returns how many inches a length has, about; None if it is none, or of an unknown unit."""
    found = _PARTS.fullmatch(length.strip())
    if found is None or found[3].lower() not in _INCHES:
        return None
    size = float(found[2].replace(",", ".")) * _INCHES[found[3].lower()]
    return -size if found[1].count("-") % 2 else size
