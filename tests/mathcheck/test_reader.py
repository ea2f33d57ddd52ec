from mathcheck.text.document import Document
from mathcheck.text.sources import read

TABLE = """\
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{n}$ | `x` | (N,) | input |
| $|z|$ | `z` | scalar | a bar \\| in mathematics and text |
"""


def document(text: str) -> Document:
    return read("a.md", text)


def messages(text: str) -> list[str]:
    return [str(problem) for problem in document(text).problems]


def test_a_table_under_the_heading_symbols_governs_the_section_above_it() -> None:
    found = document(f"# Book\n## Layer\n### Symbols\n{TABLE}\n### Forward\n")
    assert [table.section.title for table in found.tables] == ["Layer"]


def test_a_table_elsewhere_governs_the_section_it_stands_in() -> None:
    found = document(f"# Book\n## Layer\n{TABLE}")
    assert found.tables[0].section.title == "Layer"
    assert found.tables[0].section.within(found.sections[1])
    assert not found.sections[1].within(found.tables[0].section)


def test_cells_keep_their_places_and_bars_in_mathematics_split_nothing() -> None:
    row = document(TABLE).tables[0].rows[1]
    assert (row.symbol.text, row.code.text, row.shape.text) == ("$|z|$", "`z`", "scalar")
    assert row.meaning.text == "a bar | in mathematics and text"
    assert (row.shape.place.line, row.shape.place.column) == (4, 17)
    assert TABLE.split("\n")[3][16:].startswith("scalar")


def test_columns_may_stand_in_another_order_and_tables_of_other_kinds_are_passed_over() -> None:
    found = document(
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n| Symbol | Shape |\n|--|--|\n| $q$ | (N,) |\n"
    )
    assert len(found.tables) == 1
    assert found.tables[0].rows[0].shape.text == "(N,)"
    assert found.tables[0].rows[0].code.text == ""


def test_a_row_with_a_missing_cell_is_a_problem() -> None:
    assert messages(TABLE + "| $y$ | (N,) | output |\n") == [
        "a.md:5:16: this row of the symbols table has 3 cells, its header has 4"
    ]


def test_an_equation_knows_its_label_and_where_each_letter_stands() -> None:
    text = "# T\n\n  $$\n  a = b\n  \\label{eq:ab}\n  $$\n<!-- no code: because -->\n"
    (equation,) = document(text).equations
    assert (equation.label, equation.id, equation.no_code) == ("eq:ab", "eq:ab", "because")
    assert equation.unchecked is None
    assert "label" not in equation.tex
    place = equation.place(equation.tex.index("b"))
    assert (place.line, place.column) == (4, 7)
    assert text.split("\n")[place.line - 1][place.column - 1] == "b"


def test_an_equation_without_a_label_is_called_by_its_line() -> None:
    (equation,) = document("text\n\n$$ a = b $$\n").equations
    assert equation.id == "a.md:3"
    assert equation.tex == " a = b "
    assert equation.place(1).column == 4


def test_both_comments_may_follow() -> None:
    (equation,) = document(
        "$$\na\n$$\n<!-- unchecked: an arrow -->\n<!-- no code: a picture -->\n"
    ).equations
    assert (equation.unchecked, equation.no_code) == ("an arrow", "a picture")


def test_a_comment_without_a_reason_is_a_problem() -> None:
    assert messages("$$\na = b\n$$\n<!-- unchecked -->\n") == [
        "a.md:4:1: the comment 'unchecked' gives no reason"
    ]


def test_equations_in_quotes_and_indented_blocks_are_read() -> None:
    found = document('??? success "Solution"\n\n    $$\n    a = b\n    $$\n\n> $$\n> c = d\n> $$\n')
    assert [equation.tex.strip() for equation in found.equations] == ["a = b", "c = d"]
    assert found.problems == []


def test_code_and_comments_hold_no_equations() -> None:
    text = "```latex\n$$ a $$\n```\n\n~~~\n$$\n~~~\n\nwrite `$$`\n\n<!-- $$\nb\n$$ -->\n"
    assert document(text).equations == []
    assert document(text).problems == []


def test_what_is_never_closed_is_a_problem() -> None:
    assert messages("text\n$$\na = b\n") == ["a.md:2:1: this $$ is never closed"]
    assert messages("$$\na = b\n\n## Next\n") == ["a.md:1:1: this $$ is never closed"]
    assert messages("```\n$$") == ["a.md:1:1: this ``` is never closed"]


def test_two_labels_are_a_problem() -> None:
    assert messages("$$\na = b \\label{eq:a} \\label{eq:b}\n$$\n") == [
        "a.md:1:1: two labels in one equation: eq:a, eq:b"
    ]


def test_each_equation_of_a_line_is_read() -> None:
    found = document("$$ a = b $$ and $$ c = d $$, `$$`\n").equations
    assert [(equation.tex, equation.id) for equation in found] == [
        (" a = b ", "a.md:1"),
        (" c = d ", "a.md:1:17"),
    ]
