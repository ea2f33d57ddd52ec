"""The equations as a reader copies them: in commands of LaTeX and of AMS's packages alone."""

import re
from pathlib import Path

import pytest

from book.known.equations import portable
from mathcheck.text.sources import read

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*sorted((DOCS / "chapters").glob("*.md")), DOCS / "notation.md"]
COMMAND = re.compile(r"\\([A-Za-z]+|.)")
ENVIRONMENT = re.compile(r"\\begin\{(\w+)\}")
LATEX = """
alpha approx arg bar begin beta bigl bigr Bigl Bigr cdot circ cos delta Delta dots ell end epsilon
eta exp frac gamma Gamma ge hat infty int kappa lambda lceil left le lfloor log longmapsto mathbf
mathcal mathrm mathrel max mid min mu nabla ne omega overleftarrow overrightarrow partial phi pi
prod psi qquad quad rceil rfloor rho right sigma sim sin sqrt sum tanh tau theta tilde to top varphi
nu xi Xi
"""
AMS = "text mathbb odot"
KNOWN = {*LATEX.split(), *AMS.split(), *"\\,;:!{}|"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_copied_equation_needs_no_package_but_ams(page):
    found = read(page.name, page.read_text(encoding="utf-8")).equations
    for equation in found:
        tex = portable(equation.tex, lambda label: "(1.1)")
        assert set(COMMAND.findall(tex)) <= KNOWN, f"{page.name}:{equation.line}"
        environments = set(ENVIRONMENT.findall(tex))
        assert environments <= {"aligned", "cases", "pmatrix", "bmatrix", "matrix"}, equation.line
