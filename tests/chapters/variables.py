"""What a function of the library has computed on its way."""

import inspect
import sys


def variables(function, *arguments, **options):
    """Calls a function; returns what its variables are when it returns, by their names."""
    found = {}

    code = inspect.unwrap(function).__code__

    def note(frame, event, result):
        if event == "return" and frame.f_code is code:
            found.update(frame.f_locals, returned=result)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments, **options)
    finally:
        sys.setprofile(before)
    return found
