"""What the C library does with memory that is freed."""

import ctypes
from typing import Any

# From malloc.h of glibc: when to give memory back, and from which size on to ask for it apart.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MOST, LARGEST = 1 << 30, 1 << 25


def keep_freed_memory() -> None:
    """Keeps memory for the next array, where the C library would give it back.

    Training makes and drops the same large arrays at every step. glibc gives their memory back to
    the system and asks for it again, and the system clears it and hands it over page by page. That
    takes longer than a ReLU does. From now on this process keeps up to 1 GB that it has freed, of
    arrays up to 32 MB. Other C libraries are left as they are.
    """
    library = _c_library()
    if hasattr(library, "mallopt"):
        library.mallopt(TRIM_THRESHOLD, MOST)
        library.mallopt(MMAP_THRESHOLD, LARGEST)


def _c_library() -> Any:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows
        return None
