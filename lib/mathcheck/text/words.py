r"""Refuses remarks that say more than a reason: `\text{is false}`, `\text{which is positive}`.

What words claim is not evaluated, so it may not stand where a reader takes it for checked.
"""

import re

from lark import Token

from mathcheck.text.errors import TreeError

_TRUE = (
    r"(?:true|so|right|correct|valid|satisfied|possible|equal|the case|an? (?:equation|identity))"
)
_DENIES = re.compile(
    rf"\b(?:is|are|was|were) (?:\w+ )?(?:false|wrong|untrue|incorrect|violated)$"
    rf"|\b(?:is|are|was|were)(?: not|n't) (?:\w+ )?{_TRUE}\b"
    r"|\b(?:do|does|did|need|will|would|may|might|can|could|must|should)(?: not|n't|not)"
    r" (?:\w+ )?(?:hold|be true|be equal|equal|apply|follow|work|be satisfied)\b"
    r"|\bnot (?:in general|always|necessarily|quite|exactly|true|equal|everywhere|really|for)\b"
    r"|^(?:not|never|no|false|wrong|untrue|incorrect)$"
    r"|\b(?:false|untrue|wrong) (?:that|for|if|when)\b"
    r"|\b(?:unless|except|excepting|excluding|fails?|nowhere|counter-?example|only (?:if|when))\b"
)
_VALUES = (
    r"(?:(?:non-?)?(?:positive|negative|zero)|even|odd|prime|(?:an? )?integers?|whole|finite"
    r"|infinite|bounded|increasing|decreasing|monoton\w+|at most|at least|less than|greater"
    r"|smaller|larger|above|below)"
)
_KINDS = (
    r"(?:convex|concave|invertible|singular|symmetric|orthogonal|orthonormal"
    r"|(?:positive )?(?:semi-?)?definite|between|independent|unique|maximal|minimal)"
)
_ADVERBS = r"(?:(?:always|never|strictly|also|again|still|both|all|clearly|therefore) )*"
# A kind that stands alone, "orthogonal", is a reason.
_ASSERTS = re.compile(
    r"^(?:(?:and|so|hence|thus|therefore|which|that|this|it|both|then) )*(?:is|are) "
    rf"{_ADVERBS}(?:{_VALUES}|{_KINDS})\b|^\(?{_ADVERBS}{_VALUES}(?: (?:\d+|one|zero))?\)?$"
)


def check_words(token: Token) -> None:
    """Refuses a text that denies what stands beside it, or claims something of it.

    Raises:
        TreeError: at the text.
    """
    said = " ".join(str(token).partition("{")[2].rstrip("}").casefold().split()).strip(" .,:;!")
    if _DENIES.search(said):
        raise TreeError("does this text take back what is claimed? That is not read", _at(token))
    if _ASSERTS.search(said):
        raise TreeError("this text claims something: write it as a formula, as > 0", _at(token))


def _at(token: Token) -> int:
    return token.start_pos or 0
