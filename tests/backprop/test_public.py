"""What a user imports, and what the reference shows: the same things, and no others."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import backprop
from backprop import (
    Linear,
    Sequential,
    load_checkpoint,
    load_fashion_mnist,
    load_glove,
    load_imdb,
    load_king_james,
    load_mnist,
    save_checkpoint,
)
from backprop.data.imdb import read_reviews
from backprop.data.mnist import read_idx
from tests.backprop.problem import Problem

DOCS = Path(__file__).parents[2] / "docs" / "reference"
LIBRARY = Path(backprop.__file__).parent
BLOCK = re.compile(
    r"^::: (?P<module>backprop\.[\w.]+)(?:\n    options: \{members: \[(?P<members>.*)\]\})?$", re.M
)
PAGES = [page for page in sorted(DOCS.glob("*.md")) if page.stem != "mathcheck"]
# What serves the modules that are shown, and is shown nowhere.
INNER = re.compile(
    r"backprop\.(fast\b|scalars|shapes|names|plain_arrays|targets|sums|files|_)|\._|\.(arrays|fingerprint|samples)$"
)


def documented():
    """Yields the page, the module, and the names in it that the page shows."""
    for page in PAGES:
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            module = importlib.import_module(block["module"])
            members = block["members"]
            yield page.stem, module, members.split(", ") if members else [*public_in(module)]


def public_in(module):
    """The names that a page of a module shows: what it defines, but for what begins with _."""
    tree = compile(inspect.getsource(module), module.__name__, "exec").co_names
    for name in dict.fromkeys(tree):
        value = vars(module).get(name)
        own = getattr(value, "__module__", module.__name__) == module.__name__
        is_import = inspect.ismodule(value) or not own
        if not name.startswith("_") and name in vars(module) and not is_import:
            yield name


SHOWN = [(page, module, names) for page, module, names in documented()]


def test_every_name_can_be_imported_and_is_there_once():
    assert len({*backprop.__all__}) == len(backprop.__all__)
    for name in backprop.__all__:
        assert getattr(backprop, name) is not None


def test_what_is_imported_into_the_package_is_public():
    """Nothing comes along that `__all__` does not name, but for the modules."""
    others = {
        name
        for name, value in vars(backprop).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert others == {*backprop.__all__}


@pytest.mark.parametrize("name", sorted(backprop.__all__))
def test_the_reference_shows_what_is_public(name):
    value = getattr(backprop, name)
    places = [
        (page, module.__name__)
        for page, module, names in SHOWN
        if name in names and vars(module)[name] is value
    ]
    assert len(places) == 1, f"{name} is shown in {places or 'no page'}"


def test_the_reference_shows_no_internals():
    """Of layers and training only what can be imported from `backprop`; no helper anywhere."""
    for page, module, names in SHOWN:
        if page == "convolution" and module.__name__.startswith("backprop.fast."):
            # The chapter derives im2col, its way back, and the convolution that they make.
            derived = {"im2col", "col2im", "conv2d_im2col_forward", "conv2d_im2col_backward"}
            assert {name for name in names if not name.endswith("Cache")} <= derived
            continue
        assert not INNER.search(module.__name__), f"{page} shows {module.__name__}"
        if module.__name__.startswith(("backprop.layers.", "backprop.training.")):
            more = {*names} - {*backprop.__all__}
            assert not {name for name in more if inspect.isroutine(vars(module)[name])}, page
            classes = {name for name in more if inspect.isclass(vars(module)[name])}
            assert classes <= {"Options"}, page


def test_every_module_is_shown_or_is_an_inner_one():
    shown = {module.__name__ for _, module, _ in SHOWN}
    for path in LIBRARY.rglob("*.py"):
        name = ".".join(("backprop", *path.relative_to(LIBRARY).with_suffix("").parts))
        if path.stem == "__init__" or name.startswith("backprop.data."):
            continue
        assert name in shown or INNER.search(name), f"no page of the reference shows {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_an_example_to_start_from(page):
    text = page.read_text(encoding="utf-8")
    example = re.search(r"```pycon\n(.*?)```", text, re.S)
    assert example, "no example"
    assert ">>> from backprop" in example[1]


def test_the_import_takes_numpy_alone():
    """Whatever else a part of it needs is imported by that part, when it runs."""
    code = (
        "import sys, numpy; before = {*sys.modules}; import backprop; "
        "new = {m.partition('.')[0] for m in {*sys.modules} - before}; "
        "print(*sorted(new - {*sys.stdlib_module_names}))"
    )
    environment = os.environ | {"PYTHONPATH": str(LIBRARY.parent)}
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found = {name for name in out.stdout.split() if "cython" not in name}  # NumPy's own
    assert found <= {"backprop", "numpy"}


def with_a_run(function):
    """Calls a function that saves or loads a checkpoint on a path."""

    def call(path):
        run, problem = backprop.Run(), Problem()
        given = (run,) if function is save_checkpoint else ()
        settings = {"samples": len(problem.x)}
        return function(path, *given, problem.network, problem.optimizer, problem.rng, settings)

    return call


def network():
    return Sequential([Linear(2, 1, rng=np.random.default_rng(0))])


# How each function of the reference that takes a path is called with one, and on which file.
WITH_A_PATH = {
    "load_mnist": ("", load_mnist),
    "load_fashion_mnist": ("", load_fashion_mnist),
    "load_imdb": ("", load_imdb),
    "load_glove": ("", load_glove),
    "load_king_james": ("", load_king_james),
    "read_idx": ("numbers.idx", read_idx),
    "read_reviews": ("reviews.csv", lambda path: read_reviews(path, "imdb")),
    "save_checkpoint": ("written.npz", with_a_run(save_checkpoint)),
    "load_checkpoint": ("run.npz", with_a_run(load_checkpoint)),
    "train": ("trained.npz", lambda path: Problem().train(checkpoint=path)),
    "Sequential.save": ("saved.npz", lambda path: network().save(path)),
    "Sequential.load": ("network.npz", lambda path: network().load(path)),
}


def test_every_function_that_takes_a_path_stands_above():
    found = {
        f"{name}.{method}" if method else name
        for _, module, names in SHOWN
        for name in names
        for method, function in functions_of(vars(module)[name])
        if any(
            "Path" in str(parameter.annotation)
            for parameter in inspect.signature(function).parameters.values()
        )
    }
    assert found == {*WITH_A_PATH}


def functions_of(value):
    """A function without a name, or the methods of a class with theirs."""
    if inspect.isclass(value):
        return [pair for pair in vars(value).items() if inspect.isfunction(pair[1])]
    return [("", value)] if inspect.isroutine(value) else []


def outcome(call, path):
    """What a call with a path returns, or the sentence with which it refuses."""
    try:
        return str(call(path))
    except backprop.data.sources.DataError as error:
        return f"DataError: {error}"


@pytest.mark.parametrize(("name", "call"), WITH_A_PATH.values(), ids=WITH_A_PATH)
def test_a_path_may_be_a_string(tmp_path, name, call):
    (tmp_path / "numbers.idx").write_bytes(b"\0\0\x08\x01\0\0\0\x03abc")
    (tmp_path / "reviews.csv").write_text("text,label,source\nbad,0,imdb\n")
    with_a_run(save_checkpoint)(tmp_path / "run.npz")
    network().save(tmp_path / "network.npz")
    assert outcome(call, str(tmp_path / name)) == outcome(call, tmp_path / name)
