"""A warm check says what a cold one says, whatever was changed; it believes no forgery."""

import ast
import json
import pickle
import random
import re
from pathlib import Path

import pytest

import mathcheck
from mathcheck.claims.cache import check_cached, source_digest
from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

CORPUS = Path(__file__).parent / "corpus"

TWO_TABLES = r"""
# A

| Symbol | Shape |
|---|---|
| $x_n$ | (N,) |
| $y_n$ | (N,) |

$$
y_n \coloneqq x_n^2
$$

## B

| Symbol | Shape |
|---|---|
| $x_n$ | (N,), positive |

## C

$$
|x_n| = x_n
\label{eq:sign}
$$
"""
# The claim stands above, where one table holds; whether B lies in A decides which sizes are drawn.
NESTED = r"""
## A

| Symbol | Shape |
|---|---|
| $x_{nd}$ | (N, D) |

$$
x_{nd} + x_{nd} = 2 x_{nd}
$$

### B

| Symbol | Shape |
|---|---|
| $z_{abcd}$ | (N, D, P, Q) |
"""
POSITIVE = TWO_TABLES.replace("## C", "### C")

WAYS = r"""
| Symbol | Shape |
|---|---|
| $a$ | scalar |
| $b$ | scalar |
| $c$ | scalar |

$$
b \coloneqq a^2, \quad c \coloneqq a b
$$

$$
\frac{\partial c}{\partial a} = b
$$

$$
\frac{\mathrm{d} c}{\mathrm{d} b} = a
$$
"""
# What the text defines has no row.
ROWLESS = r"""
| Symbol | Shape |
|---|---|
| $x_n$ | (N,) |

$$
q_n \coloneqq x_n^2
$$

$$
q_n x_n = x_n^3
$$
"""
LATER = "| Symbol | Shape |\n|---|---|\n| $x_n$ | (N,) |\n\n$$\n2 x_n = x_n + x_n\n$$\n"


def told(report: ChapterReport) -> object:
    """What a reader is told; not how long it took."""
    claims = [{k: v for k, v in vars(claim).items() if k != "seconds"} for claim in report.claims]
    return claims, [str(error) for error in report.errors], report.exit_code


def cold(text: str) -> object:
    return told(check_chapter(load("a.md", text)))


def warm(text: str, directory: Path) -> object:
    return told(check_cached(load("a.md", text), directory))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (POSITIVE, TWO_TABLES),
        (POSITIVE, POSITIVE.replace("## B\n", "## B\n## C\n", 1)),
        (POSITIVE, POSITIVE.replace(", positive", "")),
        (POSITIVE, POSITIVE.replace(r"|x_n| = x_n", r"|x_n| = y_n")),
        (
            POSITIVE.replace(r"|x_n| = x_n", "y_n = x_n^2"),
            POSITIVE.replace(r"|x_n| = x_n", "y_n = x_n^2").replace(
                r"\coloneqq x", r"\coloneqq 2x"
            ),
        ),
        (NESTED, NESTED.replace("### B", "## X\n\n### B")),
        (
            POSITIVE.replace(r"|x_n| = x_n", r"|y_n| = y_n \quad \text{for } n > 0"),
            POSITIVE.replace(r"|x_n| = x_n", r"|y_n| = y_n \quad \text{for } n > 9"),
        ),
        (
            TWO_TABLES.replace(r"|x_n| = x_n", r"|x_n| = x_n \quad \text{for } y_n > 0").replace(
                "x_n^2", "x_n"
            ),
            TWO_TABLES.replace(r"|x_n| = x_n", r"|x_n| = x_n \quad \text{for } y_n > 0").replace(
                "x_n^2", "-x_n"
            ),
        ),
        (ROWLESS, ROWLESS.replace("x_n^2", "x_n^3")),
        (ROWLESS, ROWLESS.replace("x_n^2", "1")),
        (ROWLESS, ROWLESS.replace("$$\nq", "$$\np_n \\coloneqq x_n + 1\n$$\n\n$$\nq", 1)),
        (WAYS, WAYS.replace("\\mathrm{d}", "\\partial")),
        (LATER, LATER + "\n$$\nx_n \\coloneqq 2\n$$\n"),
        (LATER, LATER + "\n$$\nx_n \\coloneqq 2^\n$$\n"),
        (POSITIVE, POSITIVE.replace("\\coloneqq x_n^2", "\\coloneqq x_{n+1}^2")),
        (LATER, LATER.replace("2 x_n = x_n + x_n", "x_{n-1} = x_{n-1} + x_n - x_n")),
        (
            "| Symbol | Shape | Meaning |\n|--|--|--|\n| $x_n$ | (3,) | $n$ from 0 to 2 |\n\n"
            "$$\nx_0 - x_0 + 1 = 1\n$$\n",
            "| Symbol | Shape | Meaning |\n|--|--|--|\n| $x_n$ | (3,) | from one |\n\n"
            "$$\nx_0 - x_0 + 1 = 1\n$$\n",
        ),
    ],
    ids=[
        *("heading deeper", "section moved", "condition", "claim", "definition", "nesting"),
        *(
            "condition of a claim",
            "definition behind a condition",
            *("no row", "no row, another shape", "no rows, one more"),
            "whether a d is written elsewhere",
        ),
        "defined later",
        *("unreadable later", "definition that no claim reaches", "out of range", "meaning"),
    ],
)
def test_what_decides_a_verdict_is_in_its_key(tmp_path: Path, before: str, after: str) -> None:
    assert cold(before) != cold(after)
    warm(before, tmp_path)
    for text in (after, after, before):
        assert warm(text, tmp_path) == cold(text)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.md"))[::4], ids=lambda path: path.stem)
def test_a_warm_check_equals_a_cold_one_after_any_edit(tmp_path: Path, path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\r", "")
    head, *sections = re.split(r"^(?=## )", text, flags=re.M)
    text = head + "".join(sections[:2])  # enough, and fast
    rng = random.Random(path.stem)
    lines = text.split("\n")
    for _ in range(6):
        changed = list(lines)
        at = rng.randrange(len(lines))
        match rng.randrange(4):
            case 0:
                changed[at] = changed[at].replace("+", "-", 1).replace("2", "3", 1)
            case 1:
                changed[at] = re.sub("^##", "###", changed[at]) + " "
            case 2:
                del changed[at]
            case 3:
                changed[at:at] = ["", "A line more.", ""]
        after = "\n".join(changed)
        warm(text, tmp_path)
        assert warm(after, tmp_path) == cold(after)


def test_a_line_more_checks_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm(POSITIVE, tmp_path)
    monkeypatch.setattr("mathcheck.claims.checker.Checker.check", None)
    claims, *_ = warm("A line more.\n\n" + POSITIVE, tmp_path)
    assert [claim["ok"] for claim in claims] == [True]


def test_two_texts_are_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = load("a.md", POSITIVE), load("b.md", LATER)
    reports = [told(check_cached(chapter, tmp_path)) for chapter in (first, second)]
    monkeypatch.setattr("mathcheck.claims.checker.Checker.check", None)
    assert [told(check_cached(chapter, tmp_path)) for chapter in (first, second)] == reports


def test_the_digest_of_the_source_is_that_of_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mathcheck.claims.cache.files", lambda name: tmp_path)
    (tmp_path / "sub").mkdir()

    def digest() -> str:
        source_digest.cache_clear()
        try:
            return source_digest()
        finally:
            source_digest.cache_clear()

    seen = {digest()}
    for name in ("a.py", "sub/b.py", "sub/c.lark", "a.lark"):
        (tmp_path / name).write_text(name)
        assert digest() not in seen
        seen.add(digest())
        assert digest() in seen
        (tmp_path / name).write_text("other")
        assert digest() not in seen
        seen.add(digest())
    (tmp_path / "sub/b.py").rename(tmp_path / "sub/d.py")
    assert digest() not in seen
    seen.add(digest())
    (tmp_path / "sub/d.py").rename(tmp_path / "d.py")
    assert digest() not in seen
    seen.add(digest())
    (tmp_path / "notes.txt").write_text("no source")
    assert digest() in seen


def test_options_and_the_checker_itself_are_in_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = load("a.md", POSITIVE)

    def keys(**options: int) -> set[str]:
        check_cached(chapter, tmp_path, **options)
        (file,) = tmp_path.glob("*.json")
        return set(json.loads(file.read_text(encoding="utf-8")))

    found = [keys(), keys(seed=1), keys(draws=5)]
    monkeypatch.setattr("mathcheck.claims.cache.source_digest", lambda: "another")
    found.append(keys())
    assert len(set.union(*found)) == sum(map(len, found)) == 8


def test_a_verdict_that_was_typed_in_is_not_believed(tmp_path: Path) -> None:
    wanted = cold(TWO_TABLES)
    assert warm(TWO_TABLES, tmp_path) == wanted
    (file,) = tmp_path.glob("*.json")
    data = json.loads(file.read_text(encoding="utf-8"))
    (false,) = [key for key, entry in data.items() if entry["message"]]
    (true,) = [key for key, entry in data.items() if not entry["message"]]
    for forged in (
        {**data[false], "message": ""},
        {**data[false], "ok": True, "message": ""},
        {**data[true]},  # sealed, but of another claim
        {**data[false], "message": "", "seal": ""},
        {"ok": True},
        True,
        None,
    ):
        file.write_text(json.dumps({**data, false: forged}), encoding="utf-8")
        assert warm(TWO_TABLES, tmp_path) == wanted


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b'{"a": {}}', b"[" * 100_000]
)
def test_a_spoilt_cache_is_no_trouble(tmp_path: Path, content: bytes) -> None:
    warm(POSITIVE, tmp_path)
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(content)
    assert warm(POSITIVE, tmp_path) == cold(POSITIVE)


class Trap:
    """Leaves a trace where it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path("sprung"),)


def test_a_crafted_file_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    directory = tmp_path / "cache"
    warm(POSITIVE, directory)
    for file in [*directory.iterdir(), directory / "trees", directory / "grammar"]:
        file.write_bytes(pickle.dumps(Trap()))
    assert warm(POSITIVE, directory) == cold(POSITIVE)
    assert not Path("sprung").exists()


def test_nothing_of_the_checker_reads_a_pickle() -> None:
    house = Path(mathcheck.__file__).parent
    for path in house.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imports = isinstance(node, ast.Import | ast.ImportFrom)
            names = [alias.name for alias in node.names] if imports else []
            assert not {"pickle", "marshal", "shelve", "dill"} & set(names), path
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Lark":
                assert "cache" not in {keyword.arg for keyword in node.keywords}, path
