"""A warm build equals a cold one, byte for byte, whatever happened in between.

The demonstration is changed at random, step by step: texts, code, figures, results and settings are
edited, moved, renamed and deleted; the environment changes; files of the cache are damaged. After
each step it is built in its folder, with what that folder has kept, and after some in a fresh copy.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from mkdocs.config import load_config

from book.inputs import formatter, settings_of

Build = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
# What makes everything anew, and would hide what the change before has left as it was.
WIDE = ("ruff", "settings", "theme", "address", "citation")
# All else. Each stands as often as it happens.
NARROW = (
    *("text", "text", "code", "result", "literature", "notebook", "changelog", "glossary"),
    *("add_page", "move_page", "delete_page", "figure", "rename", "rename", "damage", "damage"),
    *("no_script", "no_script"),
)
# What can only happen in this order.
ORDERED = (("add_page", "delete_page"), ("figure", "rename", "no_script"))
GLOSSARY = """[[term]]
en = "gain"
zh = "增益"
ja = "利得"
at = "chapters/gain.md#forward"
"""


def contents(site: Path) -> dict[str, bytes]:
    return {str(p.relative_to(site)): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def chains(draw: random.Random) -> list[list[str]]:
    """All kinds of change in random order: each chain begins with one that makes all anew."""
    wide, narrow = list(WIDE), list(NARROW)
    draw.shuffle(wide)
    draw.shuffle(narrow)
    for group in ORDERED:
        places = [place for place, kind in enumerate(narrow) if kind in group]
        found = sorted((narrow[place] for place in places), key=group.index)
        for place, kind in zip(places, found, strict=True):
            narrow[place] = kind
    each = -(-len(narrow) // len(wide))
    return [[kind, *narrow[at * each : (at + 1) * each]] for at, kind in enumerate(wide)]


class Book:
    """The demonstration's folder, with a glossary, and what may happen to it."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.folder = folder
        self.random = draw
        self.environment: dict[str, str] = {}
        self.count = 0
        self.chapter = "docs/chapters/gain.md"
        self.texts = [
            ("Nothing moves", "Nothing ever moves, {} times,"),
            ("\n## Forward\n", "\nA line more, {}.\n\n## Forward\n"),
            ("y_{nd} \\coloneqq g_d \\, x_{nd}", "y_{nd} \\coloneqq x_{nd} \\, g_d"),
            ("# A gain for each feature", "# A gain for each of {}"),
            ("gain of feature d", "gain of feature d, or {}"),
        ]
        draw.shuffle(self.texts)
        (folder / "docs" / "glossary.toml").write_text(GLOSSARY, encoding="utf-8")
        page = "# Glossary\n\n{{ glossary() }}\n"
        (folder / "docs" / "glossary.md").write_text(page, encoding="utf-8")
        self.replace("mkdocs.yml", "  - changes.md\n", "  - changes.md\n  - glossary.md\n")
        # A signature that a formatter breaks.
        longer = "g: np.ndarray, number_of_features_at_most: int = 1000) -> "
        self.replace("lib/backprop/gain.py", "g: np.ndarray) -> ", longer)
        config = (folder / "mkdocs.yml").read_text(encoding="utf-8")
        [watched] = re.findall(r"^watch: \[(.*)\]$", config, re.MULTILINE)
        # MkDocs itself looks at the first two, and nobody edits the last.
        self.watched = {"docs", "mkdocs.yml", *watched.split(", "), ".cache"}

    def happen(self, kind: str) -> None:
        """Something happens, and `make serve` would see it."""
        self.count += 1
        before, environment = self.seen(), dict(self.environment)
        getattr(self, kind)()
        after = self.seen()
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        assert changed or environment != self.environment, kind
        assert {name.partition("/")[0] for name in changed} <= self.watched, changed

    def seen(self) -> dict[str, bytes]:
        """All that is in the folder, but for what is built."""
        found = contents(self.folder)
        return {name: content for name, content in found.items() if not name.startswith("site/")}

    def replace(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        if path.is_file():
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def text(self) -> None:
        old, new = self.texts.pop()
        self.replace(self.chapter, old, new.replace("{}", str(self.count)))

    def code(self) -> None:
        self.replace(
            "lib/backprop/gain.py", "    x, g = cache\n", f"    # {self.count}\n    x, g = cache\n"
        )

    def result(self) -> None:
        self.replace("data/results/demo.json", "2.3", f"2.{self.count}3")

    def figure(self) -> None:
        self.replace("docs/figures/demo.py", 'ylabel="loss"', f'ylabel="loss{self.count}"')

    def notebook(self) -> None:
        self.replace("docs/notebooks/run.py", "y.sum()", f"y.sum() + {self.count}")

    def rename(self) -> None:
        """A figure gets the name of another: what was kept of it is now wrong."""
        figures = self.folder / "docs" / "figures"
        other = figures / "other.py"
        if other.exists():
            other.replace(figures / "demo.py")
        elif (figures / "demo.py").exists():
            text = (figures / "demo.py").read_text(encoding="utf-8")
            other.write_text(text.replace("height=2.6", "height=3.1"), encoding="utf-8")

    def add_page(self) -> None:
        page = self.folder / "docs" / "chapters" / "more.md"
        entry = f"  - {self.chapter.removeprefix('docs/')}\n"
        self.replace("mkdocs.yml", entry, f"  - chapters/more.md\n{entry}")
        page.write_text(
            f"# More\n\nIt is short.\n\nYou need\n:   [the gain]({Path(self.chapter).name}#forward)"
            "\n\nYou will be able to\n:   read\n\n## One\n\nBy \\eqref{eq:gain-y}.\n\n"
            "::: backprop.gain.gain_forward\n",
            encoding="utf-8",
        )

    def move_page(self) -> None:
        """The chapter gets another address, and all that names it follows."""
        old, self.chapter = self.chapter, "docs/chapters/scale.md"
        (self.folder / old).rename(self.folder / self.chapter)
        for name in ("mkdocs.yml", "CHANGELOG.md", *self.texts_in("docs")):
            self.replace(name, "gain.md", "scale.md")
        addresses = "docs/addresses.txt"
        self.replace(addresses, "-> chapters/gain/", "-> chapters/scale/")
        self.replace(addresses, "\nchapters/gain/\n", "\nchapters/gain/ -> chapters/scale/\n")

    def texts_in(self, folder: str) -> list[str]:
        """The texts in a folder, not those of the whole book, to which links lead."""
        files = [path for path in (self.folder / folder).rglob("*") if path.is_file()]
        return [
            path.relative_to(self.folder).as_posix()
            for path in files
            if path.suffix in (".md", ".toml", ".py")
        ]

    def delete_page(self) -> None:
        self.replace("mkdocs.yml", "  - chapters/more.md\n", "")
        (self.folder / "docs" / "chapters" / "more.md").unlink(missing_ok=True)

    def changelog(self) -> None:
        self.replace("CHANGELOG.md", "(2026-11-22)\n", f"(2026-11-{self.count % 20 + 1:02})\n")

    def glossary(self) -> None:
        self.replace("docs/glossary.toml", "增益", f"增益{self.count}")

    def literature(self) -> None:
        self.replace("docs/references.bib", "year = {1986}", f"year = {{19{self.count % 90 + 10}}}")

    def citation(self) -> None:
        self.replace("CITATION.cff", "version: ", f"version: {self.count}")

    def settings(self) -> None:
        self.replace(
            "mkdocs.yml", "show_signature_annotations: true", "show_signature_annotations: false"
        )

    def theme(self) -> None:
        overrides = self.folder / "docs" / "overrides"
        if overrides.is_symlink():
            overrides.unlink()
            shutil.copytree(ROOT / "docs" / "overrides", overrides)
        self.replace("docs/overrides/partials/source.html", "Source", f"Source {self.count}")

    def address(self) -> None:
        for name in self.random.sample(["SITE_URL", "REPO_URL"], self.random.choice([1, 2])):
            if self.environment.pop(name, None) is None:
                self.environment[name] = f"https://{self.random.choice('ab')}.example/book/"

    def ruff(self) -> None:
        """The formatter of signatures is not there, or is there again."""
        if "PATH" in self.environment:
            del self.environment["PATH"], self.environment["PYTHONPATH"]
            return
        folders = os.environ["PATH"].split(os.pathsep)
        with_it = [folder for folder in folders if (Path(folder) / "ruff").exists()]
        without = self.folder.parent / "without" / "ruff"
        without.mkdir(parents=True)
        (without / "__init__.py").write_text("raise ImportError\n", encoding="utf-8")
        others = without.parent / "bin"
        others.mkdir()
        for path in [path for folder in reversed(with_it) for path in Path(folder).iterdir()]:
            if path.name != "ruff" and not (others / path.name).is_symlink():
                (others / path.name).symlink_to(path)
        kept = [str(others), *(folder for folder in folders if folder not in with_it)]
        self.environment["PATH"] = os.pathsep.join(kept)
        self.environment["PYTHONPATH"] = os.pathsep.join([str(without.parent), str(ROOT / "lib")])

    def no_script(self) -> None:
        """The script of a figure is not there, or is there again."""
        script = self.folder / "docs" / "figures" / "demo.py"
        away = script.with_suffix(".away")
        if away.exists():
            away.rename(script)
        elif script.exists():
            script.rename(away)

    def damage(self) -> None:
        """Files of the cache are cut off, changed, emptied, swapped, filled with something else."""
        files = [path for path in (self.folder / ".cache").rglob("*") if path.is_file()]
        for path in self.random.sample(files, min(4, len(files))):
            content = path.read_bytes()
            at = self.random.randrange(len(content) or 1)
            path.write_bytes(
                self.random.choice(
                    [
                        content[:at],
                        content[:at] + b"?" + content[at + 1 :],
                        b"",
                        self.random.choice(files).read_bytes(),
                        b"\x80\x04cos\nsystem\n.",
                    ]
                )
            )


@pytest.mark.parametrize("seed", range(int(os.environ.get("WARM_SEEDS", "1"))))
def test_a_warm_build_equals_a_cold_one_whatever_happened(
    tmp_path: Path, lay_out: Callable[[Path], Path], build: Build, seed: int
) -> None:
    """It is built after each change, and compared after each chain of some."""
    draw = random.Random(seed)
    book = Book(lay_out(tmp_path / "book"), draw)
    told = []
    for chain in chains(draw):
        for kind in chain:
            book.happen(kind)
            told.append(kind)
            warm = outcome(build, book.folder, book.environment)
        cold = tmp_path / "cold"
        shutil.rmtree(cold, ignore_errors=True)
        shutil.copytree(
            book.folder, cold, symlinks=True, ignore=shutil.ignore_patterns(".cache", "site")
        )
        other = outcome(build, cold, book.environment)
        assert warm[0] == other[0], told
        assert sorted(warm[1]) == sorted(other[1]), told
        assert [name for name in warm[1] if warm[1][name] != other[1][name]] == [], told


def outcome(
    build: Build, folder: Path, environment: dict[str, str]
) -> tuple[list[str], dict[str, bytes]]:
    """Of what a build warned, and what it made."""
    done = build(folder, strict=False, **environment)
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if "WARN" in line]
    return sorted(line.replace(str(folder), "") for line in warnings), contents(folder / "site")


def lines_until(process: subprocess.Popen[str], sign: str) -> list[str]:
    """What a process says until it has said something."""
    told = []
    assert process.stderr is not None
    for line in process.stderr:
        told.append(line)
        if sign in line:
            return told
    raise AssertionError("".join(told))


@pytest.fixture
def own_code(tmp_path: Path, lay_out: Callable[[Path], Path]) -> Path:
    """The demonstration with a copy of the book's own code, to change."""
    folder = lay_out(tmp_path / "book")
    (folder / "lib" / "book").unlink()
    for name in ("book", "mathcheck"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "lib" / name, folder / "lib" / name, ignore=ignore)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Serves the book of a folder with the code that is in it."""
    started: list[subprocess.Popen[str]] = []

    def run(folder: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port()}"],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(folder / "lib"),
                "NO_MKDOCS_2_WARNING": "1",
                "PYTHONUNBUFFERED": "1",
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_editing_the_books_own_code_while_it_is_served_poisons_nothing(
    own_code: Path, serve: Callable[[Path], subprocess.Popen[str]], build: Build
) -> None:
    process = serve(own_code)
    lines_until(process, "Serving on")
    code = own_code / "lib" / "book" / "made" / "mathematics.py"
    text = code.read_text(encoding="utf-8")
    assert "✓" in text
    code.write_text(text.replace("✓", "✔"), encoding="utf-8")
    told = "".join(lines_until(process, "stop `make serve` and start it again"))
    assert "lib/book/made/mathematics.py is no longer what was loaded" in told
    code.write_text(text + "\n(\n", encoding="utf-8")
    told = "".join(lines_until(process, "was never closed"))
    assert "lib/book/made/mathematics.py:" in told
    code.write_text(text.replace("✓", "✔"), encoding="utf-8")
    process.kill()
    done = build(own_code, PYTHONPATH=str(own_code / "lib"))
    assert done.returncode == 0, done.stderr
    html = (own_code / "site" / "chapters" / "gain" / "index.html").read_text(encoding="utf-8")
    # The sentence at the page's end comes from elsewhere, and speaks of the old sign.
    assert ">✔<" in html
    assert ">✓<" not in html


def test_what_is_kept_holds_wherever_the_environment_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = [], []
    for place in ("one", "two"):
        ruff = tmp_path / place / "bin" / "ruff"
        ruff.parent.mkdir(parents=True)
        ruff.touch(mode=0o755)
        monkeypatch.setenv("PATH", str(ruff.parent))
        own.append(formatter(str(tmp_path / place)))
        others.append(formatter(str(tmp_path / "elsewhere")))
    assert own == ["bin/ruff", "bin/ruff"]
    assert others == [str(tmp_path / place / "bin" / "ruff") for place in ("one", "two")]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert formatter(str(tmp_path)) == ""


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_build_has_started_ends_with_it(
    demo: Path, serve: Callable[[Path], subprocess.Popen[str]], kind: signal.Signals
) -> None:
    forever = "import time\ntime.sleep(1000)\n"
    (demo / "docs" / "figures" / "demo.py").write_text(
        "def draw():\n    import time\n    time.sleep(1000)\n"
    )
    (demo / "docs" / "notebooks" / "run.py").write_text(f"# %%\n{forever}")
    process = serve(demo)
    children: list[psutil.Process] = []
    while not any("ipykernel" in " ".join(told(child)) for child in children):
        assert process.poll() is None
        time.sleep(0.2)
        children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(kind)
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [told(child) for child in alive] == []


def told(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def test_a_checkout_of_somebody_else_says_so(demo: Path, build: Build) -> None:
    subprocess.run(["git", "init", "-q", str(demo)], check=True)
    done = build(demo, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert done.returncode != 0
    assert "the checkout belongs to another user" in done.stderr
    assert "safe.directory" in done.stderr


REBUILDS = """
import gc, sys
from pathlib import Path
import griffe
from mkdocs.commands.build import build
from mkdocs.config import load_config

code = Path("lib/backprop/gain.py")
text = code.read_text()
for count in range(int(sys.argv[1])):
    code.write_text(f"{text}# {count}\\n")
    config = load_config("mkdocs.yml")
    if not count:
        config.plugins.on_startup(command="serve", dirty=False)
    build(config)
    gc.collect()
    print(sum(isinstance(each, griffe.Module) for each in gc.get_objects()))
"""


def test_what_a_build_has_read_is_forgotten_after_it(demo: Path) -> None:
    script = demo / "rebuilds.py"
    script.write_text(REBUILDS)
    done = subprocess.run(
        [sys.executable, str(script), "4"],
        cwd=demo,
        env={**os.environ, "PYTHONPATH": str(ROOT / "lib"), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    counts = [int(line) for line in done.stdout.split()]
    assert len(counts) == 4, done.stderr
    assert counts[3] <= counts[0]


def test_every_setting_counts_but_those_of_place_and_tone(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settings(**more: object) -> str:
        return settings_of(load_config(str(demo / "mkdocs.yml"), **more))

    first = settings()
    assert settings() == settings(site_dir=str(demo / "elsewhere"), strict=True) == first
    assert settings(use_directory_urls=False) != first
    monkeypatch.setenv("PYODIDE_PACKAGES", "packages")
    assert settings() != first
    monkeypatch.undo()
    config = demo / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    for old, new in [
        ("show_signature_annotations: true", "show_signature_annotations: false"),  # of a plugin
        ("toc_depth: 3", "toc_depth: 2"),  # of an extension
        ("language: en", "language: de"),
    ]:
        assert old in text
        config.write_text(text.replace(old, new), encoding="utf-8")
        assert settings() != first
