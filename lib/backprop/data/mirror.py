"""Fetches one file from a mirror: `mirror.py ADDRESS NAME SHA256 FOLDER`.

`download` runs it as a process of its own, which it can end: a server that sends a byte now and
then keeps every limit on the silence between two of them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Lets pooch fetch a file, verify it and give it its name; says what went wrong."""
    try:
        import pooch  # type: ignore[import-untyped]
        import requests
    except ModuleNotFoundError as error:
        print(lacking(f"{error.name}, which downloads"))
        return 1

    address, name, sha256, folder = arguments
    mirror = pooch.create(
        path=Path(folder), base_url=address, registry={name: f"sha256:{sha256}"}, retry_if_failed=1
    )
    try:
        mirror.fetch(name, downloader=pooch.HTTPDownloader(timeout=30, progressbar=False))
    except (requests.ConnectionError, requests.Timeout):
        print("no connection")
        return 1
    except (requests.RequestException, ValueError, OSError) as error:
        print(str(error).partition(". ")[0].replace("\n", " "))
        return 1
    return 0


def lacking(package: str) -> str:
    """What to say where the package is installed without what fetching takes."""
    return f"there is no {package}: `pip install backprop-line-by-line[data]` brings it"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
