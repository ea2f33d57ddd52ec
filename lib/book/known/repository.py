"""The repository that the book is made from, as its host shows it: where a page is mended."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

__all__ = ["Repository"]

_REPORT = "Where: {where}\nEdition: {edition}\n\nWhat it says, and what you think is right:\n\n"


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, GitLab or a host that has the addresses of one of them.

    Attributes:
        address: without a slash at its end.
        branch: that is edited.
    """

    address: str
    branch: str

    def edit(self, path: str) -> str:
        """Where a file is changed, by its path."""
        return f"{self.address}/{self._within}edit/{self.branch}/{path}"

    def report(self, what: str, where: str, edition: str) -> str:
        """Where an error is reported.

        Args:
            what: the report is about, in a few words.
            where: that stands: an address.
            edition: of the book.

        >>> found = Repository("https://code.example/book", "main").report("GRU", "gru/", "0.1.0")
        >>> found.partition("&")[0]
        'https://code.example/book/issues/new?title=GRU%3A+'
        """
        body = _REPORT.format(where=where, edition=edition)
        names = ("issue[title]", "issue[description]") if self._within else ("title", "body")
        query = urlencode(dict(zip(names, (f"{what}: ", body), strict=True)))
        return f"{self.address}/{self._within}issues/new?{query}"

    @property
    def _within(self) -> str:
        """What GitLab puts before its own addresses."""
        return "-/" if "gitlab" in (urlsplit(self.address).hostname or "") else ""
