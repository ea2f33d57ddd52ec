"""What others show of a chapter that they link to: tags of a page, and a picture with them.

The picture has the chapter's title and its opening figure. It is drawn by Chromium, in the fonts of
the site, when what can be taken along is made; the tags that name it are put into the page then.
"""

from __future__ import annotations

from html import escape

from book.known.bibliography import Publication
from book.made.svg import ACCENT, INK, MUTED, PAPER
from book.made.volume import XHTML, Leaf

__all__ = ["CARD", "HEIGHT", "WIDTH", "card", "opening_figure", "tags", "with_picture"]

CARD = "card.png"
WIDTH, HEIGHT = 1200, 630
_STYLE = f"""
@font-face {{ font-family: Text; font-weight: 400 700; src: url(assets/fonts/text-normal.woff2); }}
body {{ background: {PAPER}; color: {INK}; display: flex; flex-direction: column;
  font-family: Text, serif; height: {HEIGHT}px; margin: 0; width: {WIDTH}px; }}
header {{ border-top: 10px solid {ACCENT}; padding: 34px 64px 0; }}
p {{ color: {MUTED}; font-size: 30px; margin: 0; }}
h1 {{ font-size: 64px; font-weight: 600; line-height: 1.1; margin: 6px 0 0; }}
main {{ flex: 1; margin: 24px 64px 40px; min-height: 0; }}
svg {{ height: 100% !important; max-width: none !important; width: 100% !important; }}
"""


def tags(work: Publication, title: str, url: str, about: str) -> list[tuple[str, str]]:
    """The Open Graph tags of a page; none where the site's address is not known.

    Args:
        work: the book.
        title: of the page.
        url: of the page, relative to the site's root.
        about: what the page is about.
    """
    if not work.url:
        return []
    found = [
        ("og:type", "article" if url else "website"),
        ("og:site_name", work.title),
        ("og:title", title),
        ("og:url", work.url + url),
        ("og:description", about),
    ]
    return [each for each in found if each[1]]


def opening_figure(leaf: Leaf) -> tuple[str, str]:
    """The first figure of a chapter: its name, and what it shows; empty if it has none."""
    for figure in leaf.root.iter(f"{XHTML}figure"):
        drawing = figure.find(".//{http://www.w3.org/2000/svg}svg")
        if drawing is not None:
            return str(figure.get("data-figure")), str(drawing.get("aria-label", ""))
    return "", ""


def card(work: Publication, leaf: Leaf, svg: str) -> str:
    """The picture of a chapter, as a document of the size that it is drawn in.

    Args:
        work: the book.
        leaf: the chapter.
        svg: its opening figure.
    """
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>'
        f"<title>{escape(leaf.title)}</title><style>{_STYLE}</style></head><body><header>"
        f"<p>{escape(work.title)}</p><h1>{escape(f'{leaf.number} {leaf.title}')}</h1></header>"
        f"<main>{svg}</main></body></html>"
    )


def with_picture(html: str, address: str, about: str) -> str:
    """A page that names its picture.

    Args:
        html: the page.
        address: of the picture.
        about: what it shows.
    """
    found = [
        ("property", "og:image", address),
        ("property", "og:image:width", str(WIDTH)),
        ("property", "og:image:height", str(HEIGHT)),
        ("property", "og:image:alt", about),
        ("name", "twitter:card", "summary_large_image"),
    ]
    return html.replace("</head>", f"{''.join(_meta(*each) for each in found)}</head>", 1)


def _meta(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(content)}">'
