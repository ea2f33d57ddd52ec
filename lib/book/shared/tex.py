"""Turns formulas into MathML with Temml, in one Node process."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TypeVar

from book.shared.errors import BookError
from book.shared.node import Node
from book.shared.store import Store, digest

__all__ = ["Formula", "Rendered", "Tex"]

_T = TypeVar("_T")
_TAG = re.compile(r"<[^>]*>")
SCRIPT = Path(__file__).with_name("temml.mjs")


@dataclass(frozen=True)
class Formula:
    """TeX without its delimiters, in a line of text or displayed."""

    tex: str
    display: bool


@dataclass(frozen=True)
class Rendered:
    """A formula's MathML; or, where Temml cannot read it, why and at which character."""

    html: str = ""
    error: str = ""
    position: int = 0


class Tex:
    """Temml. What is made with it is kept together with the formulas that it needed.

    Args:
        store: keeps them, under a key of Temml and of the script.
        modules: the `node_modules` that holds Temml.

    Attributes:
        characters: all that is set in the formulas of what was made so far.
    """

    def __init__(self, store: Store, modules: Path) -> None:
        try:
            package = (modules / "temml" / "package.json").read_bytes()
        except FileNotFoundError:
            raise BookError("Temml is not installed: run `npm ci` (make does)") from None
        self.edition = digest((package, SCRIPT.read_bytes()))
        self.characters: set[str] = set()
        self._store = store
        self._known: dict[str, str] = {}
        self._used: set[str] = set()
        self._node = Node(SCRIPT)

    def render(self, formulas: Sequence[Formula]) -> list[Rendered]:
        """Renders formulas, those not yet known in one go."""
        keys = [_key(formula) for formula in formulas]
        unknown = {
            key: formula
            for key, formula in zip(keys, formulas, strict=True)
            if key not in self._known
        }
        failed = self._ask(unknown) if unknown else {}
        self._used.update(keys)
        return [failed.get(key) or Rendered(html=self._known[key]) for key in keys]

    def keep(self, name: str, given: object, make: Callable[[], _T]) -> _T:
        """What is made of formulas, made anew only if something in it has changed.

        The formulas are kept beside it: most of them outlive a change of what they stand in.

        Args:
            name: as `Store.get` takes it.
            given: what decides the result, formulas apart.
            make: makes it by `render`.
        """
        memory = f"formulas of {name}"

        def noted() -> tuple[_T, str]:
            self._known |= self._store.get(memory, self.edition, dict[str, str])
            self._used = set()
            made = make()
            own = {key: self._known[key] for key in sorted(self._used & self._known.keys())}
            self._store.put(memory, self.edition, own)
            text = unescape(_TAG.sub("", "".join(own.values())))
            return made, "".join(sorted(set(text)))

        made, characters = self._store.get(name, (self.edition, given), noted)
        self._store.retain(memory)
        self.characters |= set(characters)
        return made

    def close(self) -> None:
        """Ends the Node process, if it was needed."""
        self._node.close()

    def _ask(self, formulas: dict[str, Formula]) -> dict[str, Rendered]:
        asked = [{"tex": each.tex, "display": each.display} for each in formulas.values()]
        failed: dict[str, Rendered] = {}
        for key, answer in zip(formulas, self._node.ask(asked), strict=True):
            if "error" in answer:
                failed[key] = Rendered(error=answer["error"], position=answer["position"])
            else:
                self._known[key] = answer["html"]
        return failed


def _key(formula: Formula) -> str:
    return digest((formula.display, formula.tex))[:32]
