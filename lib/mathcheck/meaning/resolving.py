"""What the parts of the resolver ask of it, each of which reads one kind of notation."""

from __future__ import annotations

from typing import Protocol

from mathcheck.meaning.indices import Bindings
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text.tree import Node


class Resolving(Protocol):
    """The resolver of an equation."""

    scope: Scope
    drawn: dict[Symbol, str]

    @property
    def bindings(self) -> Bindings:
        """The indices of the statement."""

    @property
    def index_letters(self) -> set[str]:
        """The letters that stand in subscripts somewhere in the statement."""

    def term(self, node: Node) -> Term:
        """Resolves anything that has a value."""

    def index(self, node: Node) -> Term:
        """Resolves what stands in an index."""
