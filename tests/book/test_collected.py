"""The table at a chapter's end that collects its symbols."""

from lxml import html as lxml_html

from book.made.collected import collect_symbols
from book.shared.tree import parse, serialise


def table(*rows: str) -> str:
    """A symbols table, a row of it `symbol|shape|meaning`."""
    heads = "".join(f"<th>{head}</th>" for head in ("Symbol", "Code", "Shape", "Meaning"))
    cells = [
        (symbol, "", shape, meaning) for symbol, shape, meaning in (r.split("|") for r in rows)
    ]
    body = "".join(
        f'<tr id="s{n}">{"".join(f"<td>{cell}</td>" for cell in row)}</tr>'
        for n, row in enumerate(cells)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def collected(html: str) -> lxml_html.HtmlElement:
    root = parse(html)
    collect_symbols(root, lambda element: str(element.text_content()))
    return root


def rows(root: lxml_html.HtmlElement) -> list[str]:
    last = list(root.iter("table"))[-1]
    return [row.text_content() for row in last.iterfind("tbody/tr")]


SECTIONS = (
    '<h1 id="t">T</h1><h2 id="a">Forward</h2><details>'
    + table("x|(N, D)|input", "y|(N,)|output")
    + '</details><h2 id="b">Back<a class="headerlink" href="#b">¶</a></h2><h3 id="c">Deeper</h3>'
    + table("x|(N, D)|input", "x|(T, N, D)|input of a step")
)
END = '<h2 id="references">References</h2><ol></ol>'


def test_the_tables_of_sections_are_collected_before_the_references() -> None:
    root = collected(SECTIONS + END)
    assert [each.get("id") for each in root.iter("h2")] == ["a", "b", "symbols", "references"]
    assert rows(root) == [
        "Forward",
        "x(N, D)input",
        "y(N,)output",
        "Back",
        "x(T, N, D)input of a step",
    ]
    last = list(root.iter("table"))[-1]
    assert [link.get("href") for link in last.iter("a")] == ["#a", "#b"]
    assert not [row for row in last.iter("tr") if row.get("id")]
    fold = last.getparent()
    assert fold.tag == "details"
    assert fold.getprevious().get("id") == "symbols"


def test_a_table_in_the_section_of_symbols_gets_the_others_rows() -> None:
    own = '<h2 id="symbols">Symbols</h2><details>' + table("y|(N,)|output", "z|scalar|score")
    root = collected(SECTIONS + own + "</details>" + END)
    assert len(list(root.iter("table"))) == 3
    assert rows(root) == [
        "y(N,)output",
        "zscalarscore",
        "Forward",
        "x(N, D)input",
        "Back",
        "x(T, N, D)input of a step",
    ]


def test_what_is_collected_already_stays() -> None:
    whole = '<h2 id="symbols">Symbols</h2>' + table("y|(N,)|output") + END
    assert serialise(collected(whole)) == serialise(parse(whole))


def test_letters_of_exercises_are_not_collected() -> None:
    asked = f'<details class="question">{table("q|scalar|unknown")}</details>' + END
    assert serialise(collected(asked)) == serialise(parse(asked))


def test_an_example_is_called_one() -> None:
    root = collected('<h2 id="a">A</h2>' + table("k|scalar, for instance 3|kernel") + END)
    (note,) = root.xpath("//details/p")
    assert "any other would do" in note.text
