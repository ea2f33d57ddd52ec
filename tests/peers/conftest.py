"""Without PyTorch, what imports it is not collected; `make test-peers` installs it."""

from importlib.util import find_spec

NEED_TORCH = ["theirs.py", "theirs_recurrent.py", "make_golden.py"]
collect_ignore = [] if find_spec("torch") else NEED_TORCH
