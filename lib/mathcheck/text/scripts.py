r"""Tells which scripts in a page change nothing of what is shown: data, and settings of MathJax.

What any other script does with the equations of its page is not known.
"""

import re

# Where the programs come from that set equations, and those that help them.
_SETTERS = re.compile(
    r"(?:https?:)?//(?:cdn\.jsdelivr\.net/npm|unpkg\.com|cdnjs\.cloudflare\.com/ajax/libs"
    r"|cdn\.mathjax\.org|(?:cdn\.)?polyfill\.io)/(?:mathjax|katex|polyfill|v3)(?!.*\.\.)"
    r"[\w./@-]*(?:\?[\w=,.&-]*)?",
    re.IGNORECASE,
)
_DATA = re.compile(r"application/(?:ld\+)?json|math/tex.*|importmap|text/(?:plain|template)", re.I)
_SETTINGS = re.compile(
    r"\s*(?:(?:window|globalThis)\.)?(?:MathJax\s*=\s*(?P<new>\{.*\})"
    r"|MathJax\.Hub\.Config\(\s*(?P<old>\{.*\})\s*\))\s*;?\s*",
    re.DOTALL,
)
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_MACROS = re.compile(r"macros\s*:\s*\{[^{}]*\}", re.IGNORECASE)
# The settings of MathJax that leave what is shown to the text.
_KNOWN = {
    *("tex", "svg", "chtml", "loader", "load", "packages", "inlinemath", "displaymath", "macros"),
    *("processescapes", "processenvironments", "processrefs", "tags", "tagside", "tagindent"),
    *("uselabelids", "options", "skiphtmltags", "ignorehtmlclass", "processhtmlclass", "jax"),
    *("extensions", "tex2jax", "equationnumbers", "autonumber", "fontcache", "showmathmenu"),
    *("messagestyle", "availablefonts", "preferredfont", "linebreaks", "automatic", "displayalign"),
    *("displayindent", "typeset", "startup", "skiptags", "mathjax", "enablemenu", "maxbuffer"),
}
_KEY = re.compile(r"(\w+)\s*:")


def may_change(attributes: str, inside: str) -> bool:
    """Tells whether a script may change what is shown of its page.

    Args:
        attributes: of its tag.
        inside: what it holds.
    """
    kind = re.search(r"\btype\s*=\s*[\"']?([^\"'\s>]+)", attributes)
    if kind and _DATA.match(kind[1]):
        return False
    source = re.search(r"\bsrc\s*=\s*[\"']?([^\"'\s>]+)", attributes)
    if source:
        return not _SETTERS.fullmatch(source[1]) or bool(inside.strip())
    return bool(inside.strip()) and not _is_setting(inside)


def _is_setting(inside: str) -> bool:
    """Tells whether a script does no more than to give MathJax settings that are known."""
    said = _COMMENT.sub("", _STRING.sub(lambda match: _key(match, inside), inside))
    found = _SETTINGS.fullmatch(said)
    if found is None or re.search(r"[()`]|=>|\bfunction\b", found["new"] or found["old"]):
        return False
    keys = _KEY.findall(_MACROS.sub("macros: 0", found["new"] or found["old"]))
    return all(key.lower() in _KNOWN for key in keys)


def _key(string: re.Match[str], text: str) -> str:
    """Returns a string without what it says, unless it names a setting."""
    names = re.match(r"\s*:", text[string.end() :])
    return re.sub(r"\W", "", string[0]) or "_" if names else "0"
