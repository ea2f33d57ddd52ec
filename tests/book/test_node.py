"""The scripts that run in Node: one process for a build and its forks, begun anew once it ended."""

import json
import os
from pathlib import Path

import pytest

from book.shared.errors import BookError
from book.shared.node import Node

TELLS_ITS_NUMBER = """
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  if (JSON.parse(line).end) process.exit();
  console.log(JSON.stringify({ process: process.pid }));
});
"""


@pytest.fixture
def node(tmp_path: Path) -> Node:
    script = tmp_path / "script.cjs"
    script.write_text(TELLS_ITS_NUMBER)
    return Node(script)


def number(node: Node) -> int:
    (answer,) = node.ask([{}])
    return int(answer["process"])


def test_a_fork_asks_the_process_that_there_is(node: Node) -> None:
    begun = number(node)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, json.dumps(number(node)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 100)) == begun
    assert number(node) == begun
    node.close()


def test_a_script_that_has_ended_is_told_once_and_begun_anew(node: Node) -> None:
    begun = number(node)
    with pytest.raises(BookError, match=r"script\.cjs ended"):
        list(node.ask([{"end": True}]))
    assert number(node) != begun
    node.close()
