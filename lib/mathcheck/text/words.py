r"""Refuses remarks that say more than a reason: `\text{is false}`, `\text{which is positive}`.

What words claim is not evaluated, so it may not stand where a reader takes it for checked.
"""

import re

from lark import Token

from mathcheck.text.errors import TreeError

_TRUE = (
    r"(?:true|so|right|correct|valid|satisfied|possible|equal|the case|an? (?:equation|identity))"
)
_FALSE = r"(?:false|untrue|wrong|incorrect|invalid|mistaken|erroneous|impossible|violated)"
_MISTAKE = r"(?:lie|falsehood|fallacy|mistake|misprint|typo|nonsense|contradiction)"
_NOT = r"(?: not|n't|not| never| no longer| hardly)"
_DENIES = re.compile(
    rf"\b(?:is|are|was|were) (?:\w+ )?{_FALSE}$"
    rf"|\b(?:is|are|was|were){_NOT} (?:\w+ )?{_TRUE}\b"
    rf"|\b(?:do|does|did|need|will|would|may|might|can|could|must|should){_NOT}"
    r" (?:\w+ )?(?:hold|be true|be equal|equal|apply|follow|work|be satisfied)\b"
    r"|\bnot (?:in general|always|necessarily|quite|exactly|true|equal|everywhere|really|for)\b"
    rf"|^(?:not|never|no|{_FALSE})$|^{_FALSE}\b|\b{_FALSE} (?:that|for|if|when)\b"
    rf"|\b{_FALSE} (?:\w+ )?(?:formula|equation|claim|statement|version|result|identity)\b"
    rf"|^(?:(?:this|that|which|it) is )?(?:an? )?(?:\w+ )?{_MISTAKE}$"
    r"|\bnever (?:have|has|holds?|happens?|be|equals?)\b|\bno longer\b"
    r"|\b(?:unless|except|excepting|excluding|fails?|nowhere|counter-?example|only (?:if|when))\b"
)
_VALUES = (
    r"(?:(?:non-?)?(?:positive|negative|zero)|even|odd|prime|(?:an? )?integers?|whole|finite"
    r"|infinite|bounded|increasing|decreasing|monoton\w+|at most|at least|less than|greater"
    r"|smaller|larger)"
)
_KINDS = (
    r"(?:convex|concave|invertible|singular|symmetric|orthogonal|orthonormal"
    r"|(?:positive )?(?:semi-?)?definite|between|independent|unique|maximal|minimal)"
)
_ADVERBS = r"(?:(?:always|never|strictly|also|again|still|both|all|clearly|therefore) )*"
# A kind that stands alone, "orthogonal", is a reason, and "above" a place in the text.
_ASSERTS = re.compile(
    r"^(?:(?:and|so|hence|thus|therefore|which|that|this|it|both|then) )*(?:is|are) "
    rf"{_ADVERBS}(?:{_VALUES}|{_KINDS}|above|below)\b"
    rf"|^{_ADVERBS}(?:{_VALUES}(?: (?:\d+|one|zero))?|(?:above|below) (?:\d+|one|zero))$"
)
# What sets a word or parts two of them.
_SETS = re.compile(r"\\(?:[a-zA-Z]+\*?|!)|[{}]")
_PARTS = re.compile(r"~|\\[ ,;:>_]|\s+")


def check_words(token: Token) -> None:
    """Refuses a text that denies what stands beside it, or claims something of it.

    Raises:
        TreeError: at the text.
    """
    said = _said(str(token))
    if _DENIES.search(said):
        raise TreeError("does this text take back what is claimed? That is not read", _at(token))
    if "?" in str(token) and not said:
        raise TreeError("does this question mark doubt what is claimed?", _at(token))
    if _ASSERTS.search(said):
        raise TreeError("this text claims something: write it as a formula, as > 0", _at(token))


def _said(text: str) -> str:
    r"""Returns the words of a text, without what sets them and without brackets round them."""
    plain = re.sub("[\u2019\u2018\u02bc\u00b4`]", "'", text.partition("{")[2]).casefold()
    return " ".join(_SETS.sub("", _PARTS.sub(" ", plain)).split()).strip(" .,:;!?()[]*'\"")


def _at(token: Token) -> int:
    return token.start_pos or 0
