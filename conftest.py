"""What holds for every test, wherever it lies."""

import os
import sys
from pathlib import Path


def pytest_configure():
    """Puts the environment's own programs first, node among them, as make does."""
    programs = str(Path(sys.executable).parent)
    if os.environ["PATH"].partition(os.pathsep)[0] != programs:
        os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
