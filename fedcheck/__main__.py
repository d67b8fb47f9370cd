"""Start of the program: `fedcheck` and `python -m fedcheck`."""

import gc
import sys


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    # A command makes many objects and drops hardly any before it ends: looking for cycles among
    # them costs a tenth of its time. The app, which stays, turns this on again.
    gc.disable()
    from fedcheck.late_modules import put_off

    put_off()
    from fedcheck.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
