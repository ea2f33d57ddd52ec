"""The pytest plugin, which does nothing unless it is asked for.

`pytest --mathcheck`, or a line of the configuration, makes a test of each claim, and hands out the
values of a text to tests of code (`mathcheck.collection`)::

    [tool.pytest.ini_options]
    mathcheck = true
    mathcheck_files = ["docs/**/*.md", "notes/*.ipynb"]  # from the root directory
    mathcheck_symbols = "docs/symbols.md"  # a file whose symbols tables hold in all of them
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares how it is asked for."""
    parser.getgroup("mathcheck").addoption(
        "--mathcheck", action="store_true", help="check the equations of the texts"
    )
    parser.addini("mathcheck", "check the equations of the texts", "bool", default=False)
    parser.addini(
        "mathcheck_files",
        "the texts, by patterns from the root directory",
        "args",
        default=["docs/**/*.md"],
    )
    parser.addini("mathcheck_symbols", "a file whose symbols tables hold in every text", default="")
    parser.addini(
        "mathcheck_rows", "want a row even for what the text itself defines", "bool", default=False
    )


def pytest_configure(config: pytest.Config) -> None:
    """Loads the checker if it is asked for."""
    if config.getoption("mathcheck") or config.getini("mathcheck"):
        from mathcheck import collection

        config.pluginmanager.register(collection, "mathcheck.collection")
