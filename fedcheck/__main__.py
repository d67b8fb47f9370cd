"""Start of the program: `fedcheck` and `python -m fedcheck`."""

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    # A command makes many objects and drops hardly any before it ends: looking for cycles among
    # them costs a tenth of its time. The app, which stays, turns this on again.
    gc.disable()
    from fedcheck.late_modules import put_off

    put_off()
    from fedcheck.cli.main import run

    end(run(sys.argv[1:]))


def end(status: int) -> NoReturn:
    """End the process, at once where nothing else runs in it.

    Python would first give back every object that a command has made, one by one: a tenth of the
    time that a command takes.
    """
    import threading  # loaded here: by now it may be put off

    if threading.active_count() == 1:
        with suppress(OSError, ValueError):  # a full disk or a closed stream: Python says it below
            sys.stdout.flush()
            sys.stderr.flush()
            atexit._run_exitfuncs()
            os._exit(status)
    gc.freeze()  # the end would look for cycles once more
    sys.exit(status)


if __name__ == "__main__":
    main()
