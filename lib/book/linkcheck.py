"""Follows every link of the built site that stays in it, anchors included, with linkinator.

`python -m book.linkcheck site` exits 1 and lists the links that lead nowhere. Links that leave the
site are not followed: a test must not depend on the network.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from book.known.results import ROOT

__all__ = ["broken_links"]

SCRIPT = Path(__file__).with_name("linkcheck.mjs")


def broken_links(site: Path, address: str = "") -> tuple[int, list[str]]:
    """The number of links followed, and those that are broken, each with the page it is on.

    Args:
        site: the folder of the built site.
        address: for which it was built; empty if for none.
    """
    base = urlsplit(address).path.rstrip("/") + "/"
    command = ["node", str(SCRIPT), str(site.resolve()), base]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return answer["followed"], answer["broken"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.linkcheck", description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site")
    site = parser.parse_args().site
    followed, broken = broken_links(site, os.environ.get("SITE_URL", ""))
    print(*broken, f"{followed} links followed, {len(broken)} broken", sep="\n")
    sys.exit(1 if broken or not followed else 0)


if __name__ == "__main__":
    main()
