"""The Content-Security-Policy of a page: what a browser may load and run for it.

Scripts come from the site itself; those that stand in a page are known by their hashes, so that
none can be slipped in. Styles in a page are allowed: formulas and drawings carry theirs.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html import escape

__all__ = ["policy", "with_policy"]

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
# Data, or a file.
_ELSE = re.compile(r"(?<![-\w])(?:type=(?![\"']?(?:text/javascript|module)[\"']?)|src=)")
_FIRST = re.compile(r"<head>(?:\s*<meta charset=[^>]*>)?")


def policy(hashes: list[str], packages: str) -> str:
    """The policy, as a header or a page says it.

    Args:
        hashes: of the scripts that stand in the page.
        packages: where a reader's *Run* fetches NumPy from; empty if from the site itself.
    """
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{each}'" for each in hashes)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", packages],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join([rule, *filter(None, found)]) for rule, found in rules.items())


def with_policy(html: str, packages: str) -> str:
    """A page that states its policy before anything else.

    Args:
        html: the whole page.
        packages: as `policy` takes it.
    """
    scripts = [
        match["text"] for match in _SCRIPT.finditer(html) if not _ELSE.search(match["attributes"])
    ]
    hashes = dict.fromkeys(
        b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts
    )
    content = escape(policy(list(hashes), packages), quote=False)  # it has no double quotes
    meta = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    return _FIRST.sub(lambda match: match[0] + meta, html, count=1)
