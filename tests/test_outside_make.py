"""The suite runs outside make too, with no other node than the project's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def test_programs_are_the_environments_own():
    assert Path(shutil.which("node")).parent == Path(sys.executable).parent


def test_they_are_where_path_has_nothing_of_it():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    command += ["-k", "environments_own"]
    environment = os.environ | {"PATH": f"/usr/bin{os.pathsep}/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
