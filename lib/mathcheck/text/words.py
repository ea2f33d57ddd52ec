r"""Refuses remarks that say more than a reason: `\text{is false}`, `\text{which is positive}`.

What words claim is not evaluated, so it may not stand where a reader takes it for checked.
"""

import re
import unicodedata

from lark import Token

from mathcheck.text.errors import TreeError

# Signs that say "this holds" or "the proof ends", and those of units.
_HARMLESS = set("\u2713\u2714\u2611\u2705\u25a0\u25a1\u220e\u00b0\u00a9\n\t")
_UNSEEN = ("Cf", "Cc", "Co", "Cn")
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
    r"|\b(?:false(?! (?:positive|negative|discover|alarm|accept|reject))|untrue|incorrect|invalid"
    r"|erroneous|mistaken|nobody|no one|rarely|seldom|hardly|barely|scarcely)\b"
    r"|\bfor (?:(?:almost|nearly|practically) )?(?:no|few)\b|\b(?:falsch|faux|fausse|falso|nicht)\b"
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
# What says that a claim is made of more than the tables may say.
_WIDENS = re.compile(
    r"\b(?:all|every|any|each|arbitrary) (?:\w+ )*(?:reals?|numbers?|values?|signs?|cases?)\b"
    r"|\b(?:whatever|regardless|irrespective|(?:both|either|any) signs?|everywhere)\b"
    r"|\bpositive and negative\b|\bpositive or negative\b|\bnegative (?:\w+ )?(?:too|as well)\b"
)
_COMPLEX = re.compile(r"\bcomplex (?:numbers?|values?|[a-z])?$|\bcomplex numbers?\b")
# What sets a word or parts two of them.
_SETS = re.compile(r"\\(?:[a-zA-Z]+\*?|!)|[{}]")
_PARTS = re.compile(r"~|\\[ ,;:>_]|\s+")
# Commands that set a text as it is written; others may move it, or hide it.
_COMMANDS = re.compile(
    r"text(?:rm|it|bf|sf|tt|sc|normal|up|md|endash|emdash|quotesingle|asciicircum)?|emph|mbox|rm|it|bf"
    r"|sf|tt|em|small|math(?:rm|bf|it|sf|tt|cal|bb|frak|scr|ds)|boldsymbol|bm|pmb|operatorname"
    r"|(?:eq|c|C|auto|page|name)?ref|cite[pt]?|label|theequation|the(?:sub)?section|S|P|q?quad|enspace"
    r"|[lcv]?dots[bcmoi]?|thinspace|limits|nolimits|LaTeX|TeX|ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|c|v|u|H|k|r|b|d|t"
    r"|star|dagger|ddagger|ast|prime|circ|bullet|diamond|sharp|flat|natural|\w+suit|square|Box"
    r"|checkmark|infty|ell|pm|mp|cdot|times|arg|max|min|hat|bar|tilde|vec|dot|colon|degree"
    r"|(?:var)?(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega)"
    r"|[^a-zA-Z!]",
    re.DOTALL,
)
_COMMAND = re.compile(r"\\([a-zA-Z]+|.)", re.DOTALL)


def check_commands(token: Token) -> None:
    """Refuses commands in a text, a name or a tag that may move what is set, or hide it.

    Raises:
        TreeError: at the first of them.
    """
    for found in _COMMAND.finditer(str(token)):
        if found.start() and not _COMMANDS.fullmatch(found[1]):
            message = f"what {found[0]} does in this text is not read: leave it out"
            raise TreeError(message, _at(token) + found.start())


def check_words(token: Token) -> None:
    """Refuses a text that denies what stands beside it, or claims something of it.

    Raises:
        TreeError: at the text.
    """
    said = _said(str(token))
    kinds = {unicodedata.category(letter) for letter in str(token) if letter not in _HARMLESS}
    if not kinds.isdisjoint(_UNSEEN):
        raise TreeError("there are signs in this text that no reader sees", _at(token))
    if "So" in kinds:
        raise TreeError("what does this sign say of what is claimed? Write it in words", _at(token))
    if _COMPLEX.search(said):
        raise TreeError("numbers are real here: nothing is drawn that is complex", _at(token))
    if _DENIES.search(said):
        raise TreeError("does this text take back what is claimed? That is not read", _at(token))
    if "?" in str(token) and not said:
        raise TreeError("does this question mark doubt what is claimed?", _at(token))
    if _ASSERTS.search(said):
        raise TreeError("this text claims something: write it as a formula, as > 0", _at(token))


def widens(token: Token) -> bool:
    """Tells whether a text claims something of all numbers, "for all real"."""
    return bool(_WIDENS.search(_said(str(token))))


def _said(text: str) -> str:
    r"""Returns the words of a text, without what sets them and without brackets round them."""
    plain = re.sub("[\u2019\u2018\u02bc\u00b4`]", "'", text.partition("{")[2]).casefold()
    return " ".join(_SETS.sub("", _PARTS.sub(" ", plain)).split()).strip(" .,:;!?()[]*'\"")


def _at(token: Token) -> int:
    return token.start_pos or 0
