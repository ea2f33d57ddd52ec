"""Formulas as MathML: what is mended of Temml's, derivations in steps, and the font."""

import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import html as lxml_html

from book.made.assets import math_font
from book.shared.chain import Chain, chain, parted
from book.shared.tex import Formula, Tex

ROOT = Path(__file__).parents[2]


def html_of(tex: Tex, formula: str) -> str:
    return tex.render([Formula(formula, True)])[0].html


def chained(tex: Tex, formula: str) -> Chain:
    found = chain(html_of(tex, formula))
    assert found is not None
    return found


def test_a_chain_becomes_steps_with_notes(tex: Tex) -> None:
    aligned = r"\begin{aligned} a &= b && \text{by @eq:b@, < } b \\ &= c \end{aligned}"
    html = chained(tex, aligned).html
    assert html.count('<div class="chain__step">') == 2
    assert html.count('class="chain__left"') == 1
    assert html.count('class="chain__right"') == 2
    assert '<span class="chain__note">by @eq:b@, &lt; <span class="math"><math>' in html
    assert "mtable" not in html


def test_what_follows_a_chain_comes_below_it(tex: Tex) -> None:
    html = chained(tex, r"\begin{aligned} a &= b \end{aligned} \quad (l < P)").html
    assert html.count('<div class="chain__step">') == 1
    assert "<mi>P</mi>" in html.rpartition('<div class="chain__more">')[2]


def test_a_row_that_goes_on_with_a_sum_belongs_to_the_step_above(tex: Tex) -> None:
    html = chained(tex, r"\begin{aligned} a &= b \\ &\quad + c \\ &\le d \end{aligned}").html
    rows = [part.partition('"')[0] for part in html.split('<div class="chain__')[1:]]
    assert rows == ["step", "more", "step"]


@pytest.mark.parametrize(
    ("rows", "bare"),
    [
        (r"a &= b \\ &= c && \text{why} \\ &\approx d", [3]),
        (r"a &= b \\ &= c \\ &\quad + d && \text{why}", []),
        (r"a &= b \\ &= c \\ &\quad + d", [2]),
        (r"&a + b \\ &\quad = c \\ &\quad = d && \text{why}", [2]),
        (r"a &\coloneqq b \\ c &= d", []),
    ],
)
def test_a_step_that_goes_on_without_a_note_is_told(tex: Tex, rows: str, bare: list[int]) -> None:
    assert chained(tex, rf"\begin{{aligned}} {rows} \end{{aligned}}").bare == bare


@pytest.mark.parametrize(
    "formula",
    [
        r"a = b",
        r"x = \begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\begin{aligned} a &= b & c &= d \end{aligned}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
    ],
)
def test_what_is_no_chain_is_left_alone(tex: Tex, formula: str) -> None:
    assert chain(html_of(tex, formula)) is None


def pieces(html: str) -> list[list[str]]:
    """What a formula's pieces say, by phrase; `_` for the space that sets phrases apart."""
    root = lxml_html.fragment_fromstring(html)
    for space in root.iter("mspace"):
        space.text = "_" if space.get("width") in ("1em", "2em") else ""
    return [[each.text_content() for each in phrase] for phrase in root.find_class("phrase")]


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (r"a + b = c, \qquad d + 1.5 = f - g", [["a", "+b", "=c,_"], ["d", "+1.5", "=f", "−g"]]),
        (r"f = -a + (b - c = d + e) \cdot (-g - h)", [["f", "=−a", "+(b−c=d+e)⋅(−g−h)"]]),
        (
            r"y = a + b + c + d \quad \text{for } t > 1",
            [["y", "=a", "+b", "+c", "+d_"], ["for t>1"]],
        ),
        (r"y = |a + b + c + d + e| + f", [["y", "=|a+b+c+d+e|+f"]]),
        (r"y = x[a = b] z[c = d] - w + 1", [["y", "=x[a=b]", "z[c=d]", "−w", "+1"]]),
        (
            r"y = u \left( \frac{a}{b} - c d e f g h i j k l m n o p + \sum_{n=1}^N q \right) v",
            [["y", "=u(ab", "−cdefghijklmnop", "+∑n=1Nq)v"]],
        ),
        (r"y = u \left( \frac{a}{b} - c \right) + v w z + t", [["y", "=u(ab−c)", "+vwz", "+t"]]),
    ],
)
def test_a_long_formula_comes_in_pieces(tex: Tex, formula: str, found: list[list[str]]) -> None:
    html = parted(html_of(tex, formula))
    said = [[piece.replace("\xa0", " ") for piece in phrase] for phrase in pieces(html)]
    assert said == found
    assert html.count('<mrow><mo form="infix">') == sum(p[0] in "=+−" for f in found for p in f)


def test_brackets_that_are_parted_are_of_one_height(tex: Tex) -> None:
    formula = r"y = u \left( \frac{a}{b} - c d e f g h i j k l m n o p + \sum_{n=1}^N q \right)"
    fences = re.findall(r'<mo fence="true"[^>]*minsize="([^"]*)"', parted(html_of(tex, formula)))
    assert len(fences) == 2
    assert fences[0] == fences[1]


@pytest.mark.parametrize(
    "formula", [r"a + b = c, \quad d", r"\left( a + b + c + d + e + f + g + h \right)"]
)
def test_a_short_formula_and_one_in_brackets_stay_whole(tex: Tex, formula: str) -> None:
    html = html_of(tex, formula)
    assert parted(html) == html


def test_both_sides_of_a_step_come_in_pieces(tex: Tex) -> None:
    html = chained(
        tex, r"\begin{aligned} a+b+c+d+e+f+g+h &= i \\ &= -j-k-l-m-n-o-p-q \end{aligned}"
    ).html
    assert '<div class="chain__left phrases">' in html
    assert '<math class="chain__right"' in html
    assert pieces(html)[1][:2] == ["=−j", "−k"]


def test_no_space_around_an_operator_in_a_script(tex: Tex) -> None:
    assert '<mo lspace="0em" rspace="0em">=</mo>' in html_of(tex, r"\sum_{n=1}^N x")
    assert "<mo>=</mo>" in html_of(tex, "y = x")


def test_a_function_keeps_its_distance_from_what_stands_before_it(tex: Tex) -> None:
    space = '<mspace width="0.1667em"></mspace>'
    assert f"</msub>{space}<mrow><mi>log</mi>" in html_of(tex, r"t_n \log p")
    assert not html_of(tex, r"\log p").startswith(f"<math>{space}")


def test_characters_are_those_that_are_set(tex: Tex) -> None:
    tex.keep("characters", 1, lambda: html_of(tex, r"\Omega < 7"))
    assert {"Ω", "<", "7"} <= tex.characters
    assert max(map(len, tex.characters)) == 1


def test_the_font_has_the_italics_of_its_letters_and_little_else() -> None:
    cut = math_font("xh(")
    font = TTFont(io.BytesIO(cut))
    assert {ord(c) for c in "xh(√"} | {0x1D465, 0x210E} <= set(font.getBestCmap())
    assert ord("y") not in font.getBestCmap()
    variants = font["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
    assert font.getBestCmap()[ord("√")] in variants
    assert len(cut) < 20_000
    assert math_font("(hx") == cut


def test_a_root_takes_no_more_room_than_it_fills() -> None:
    font = TTFont(io.BytesIO(math_font("x")))
    variants = font["MATH"].table.MathVariants
    root = font.getBestCmap()[ord("√")]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    names = [each.VariantGlyph for each in construction.MathGlyphVariantRecord]
    names += [each.glyph for each in construction.GlyphAssembly.PartRecords]
    widths = [font["hmtx"][name][0] for name in names]
    assert len(set(names)) > 5
    assert max(widths) - min(widths) < 0.1 * font["head"].unitsPerEm
    assert all(font["glyf"][name].xMax < max(widths) + 50 for name in names)
