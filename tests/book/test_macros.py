"""What is put into the Markdown, and what is said where it cannot be."""

import json
from pathlib import Path

import pytest

from book.known.macros import embed, embedded, expand
from book.known.results import arrays, format_metric, result
from book.shared.errors import BookError

FILE = Path("docs/chapters/x.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "results"
    folder.mkdir(parents=True)
    content = {
        "metrics": {"accuracy": 0.98371},
        "seed": 7,
        "versions": {"numpy": "2.4"},
        "sizes": [[8], [16]],
    }
    (folder / "demo.json").write_text(json.dumps(content))
    return tmp_path


def test_results_are_formatted(root: Path) -> None:
    text, problems = expand('It is {{ result("demo", "accuracy", ".2%") }}.', FILE, root)
    assert (text, problems) == ("It is 98.37%.", [])


def test_a_result_may_stand_outside_the_metrics(root: Path) -> None:
    assert format_metric("demo", "seed", root=root) == "7"
    assert format_metric("demo", "versions.numpy", root=root) == "2.4"
    assert format_metric("demo", "sizes.1.0", root=root) == "16"
    assert format_metric("demo", "sizes.1.0", ".1e", root=root) == "1.6 × 10¹"


def test_a_table_names_the_results_in_it_once(root: Path) -> None:
    cell = '{{ result("demo", "seed") }}'
    table = f"| a | b |\n|---|---|\n| {cell} | {cell} |"
    text, _ = expand(f"{table}\n\nIn text {cell}.\n\n{table}", FILE, root)
    plain = "| a | b |\n|---|---|\n| 7 | 7 |"
    named = f'{plain}\n\n<div class="origins" data-results="demo"></div>\n'
    assert text == f"{named}\n\nIn text 7.\n\n{named}"


@pytest.mark.parametrize("key", ["sizes.2", "sizes.first", "sizes.0.0.0", "seed.0"])
def test_a_path_that_leads_nowhere_is_told(root: Path, key: str) -> None:
    with pytest.raises(BookError, match=f'has no "{key}"'):
        format_metric("demo", key, root=root)


@pytest.mark.parametrize(
    ("macro", "message"),
    [
        ('result("no", "accuracy")', 'no result "no": data/results/no.json does not exist'),
        ('result("demo", "speed")', 'result "demo" has no "speed"; its metrics are accuracy'),
        (
            'result("demo", "accuracy", "d")',
            "result \"demo\", \"accuracy\": Unknown format code 'd' for object of type 'float'",
        ),
        (
            'resutl("demo")',
            'no macro "resutl"; there are '
            "citation, equation, exercises, figure, glossary, ledger, readings, result, timings",
        ),
        ('result("demo"', 'cannot read {{ result("demo" }}: one call with plain arguments'),
        (
            'figure("demo", alt="x")',
            "figure: missing 1 required keyword-only argument: 'caption'",
        ),
    ],
)
def test_what_does_not_resolve_is_told_with_its_line(root: Path, macro: str, message: str) -> None:
    _, problems = expand(f"one\n\ntwo {{{{ {macro} }}}}", FILE, root)
    assert [str(problem) for problem in problems] == [f"docs/chapters/x.md:3: {message}"]


def test_front_matter_counts(root: Path) -> None:
    _, problems = expand('{{ result("no", "x") }}', FILE, root, offset=4)
    assert problems[0].line == 5


def test_fenced_code_is_left_alone(root: Path) -> None:
    text = '```\n{{ result("no", "x") }}\n::: backprop.linear\n```\n'
    assert expand(text, FILE, root) == (text, [])


def test_code_is_left_to_mkdocstrings() -> None:
    fold = "??? note\n\n    ::: backprop.three\n\n"
    text = f"a\n\n::: backprop.one\n\n::: backprop.two\n\n{fold}```\n::: backprop.one\n```\n"
    assert embedded(text) == [("backprop.one", 3), ("backprop.two", 5), ("backprop.three", 9)]
    out = embed(text, {"backprop.two": "none <here>"})
    assert "\n::: backprop.one\n    options: {extra: {only_source: true}}\n" in out
    assert "\n    ::: backprop.three\n        options: {extra: {only_source: true}}\n" in out
    assert "\n**none &lt;here&gt;**\n" in out
    assert out.endswith("```\n::: backprop.one\n```\n")


def test_a_remark_below_an_equation_does_not_hide_it(root: Path) -> None:
    text, _ = expand("$$\nx\n$$\n<!-- no code: why -->\n", FILE, root)
    assert text == "$$\nx\n$$\n\n<!-- no code: why -->\n"


def test_results_name_what_is_missing(root: Path) -> None:
    assert result("demo", root)["seed"] == 7
    with pytest.raises(BookError, match='result "demo" has no arrays'):
        arrays("demo", root)


def test_timings_become_a_table(root: Path) -> None:
    rows = [
        {"group": "a", "case": "one", "ours_ms": [1.5, 20], "pytorch_ms": [100, 1], "ratio": 0.21},
        {"group": "b", "case": "two", "ours_ms": [1], "pytorch_ms": [1], "ratio": 1},
    ]
    rows[0] |= {"limit": "the peak", "share": 0.456}
    rows[1] |= {"limit": "a copy", "share": 1.2}
    (root / "data" / "results" / "bench.json").write_text(json.dumps({"table": rows}))
    text, problems = expand('{{ timings("bench", "b", "a") }}', FILE, root)
    one, two = (
        "| one | 1.50 + 20.0 | 100 + 1.00 | 0.21 | 46% |",
        "| two | 1.00 | 1.00 | 1.00 | 120% |\n",
    )
    ends = "of a copy or the peak |\n|---|---|---|---|---|\n"
    head = f"| | ours, ms | PyTorch, ms | ratio | {ends}"
    below = '\n\n<div class="origins" data-results="bench"></div>\n'
    assert (text, problems) == (head + two + one + below, [])
    assert "| ratio | of the peak |\n" in expand('{{ timings("bench", "a") }}', FILE, root)[0]
    _, problems = expand('{{ timings("bench", "c") }}', FILE, root)
    assert 'result "bench" has no rows of the group "c"' in str(problems[0])


def test_the_ledger_becomes_a_table_and_its_readings_are_counted(root: Path) -> None:
    told = [
        ("mnist", "one", "a1", "88 errors; in abc"),
        ("mnist", "two", "b2", ""),
        ("csi", "x", "c3", ""),
    ]
    lines = [
        json.dumps({"date": "2026-11-22", "data": d, "experiment": e, "settings": s, "note": n})
        for d, e, s, n in told
    ]
    (root / "data" / "test-readings.jsonl").write_text("".join(f"{line}\n" for line in lines))
    macros = '{{ readings() }} {{ readings("mnist") }} {{ readings("mnist", "two") }}'
    assert expand(macros, FILE, root) == ("3 2 1", [])
    text, problems = expand("??? note\n\n    {{ ledger(4) }}", FILE, root)
    assert problems == []
    assert text.splitlines()[2:] == [
        "    | Day | Test set | What was tested | Digest | What it said |",
        "    |---|---|---|---|---|",
        "    | 2026-11-22 | mnist | one | `a1` | 88 errors |",
        "    | 2026-11-22 | mnist | two | `b2` | in the result |",
        "    | 2026-11-22 | csi | x | `c3` | in the result |",
    ]
    _, problems = expand('{{ readings("mnist", "x") }}', FILE, root)
    assert "data/test-readings.jsonl has no reading of mnist by x" in str(problems[0])


def test_a_book_without_a_ledger_says_so(root: Path) -> None:
    _, problems = expand("{{ ledger() }}", FILE, root)
    assert "data/test-readings.jsonl does not exist" in str(problems[0])
