"""Without PyTorch, what imports it is not collected; `make test-peers` installs it."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["theirs.py", "make_golden.py"]
