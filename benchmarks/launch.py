"""Starts one command and writes what it took: `python -I -S launch.py OUTPUT COMMAND...`.

Linux counts the memory of a new process from its parent on: what the parent used before the new
program took over is part of the peak that `wait4` reports. The program that measures is large, so
this small one stands between. It loads nothing beyond what a bare Python has, which is therefore
the least that can be measured.

The output of the command goes to the file OUTPUT. What is printed: the exit status, the processor
time in seconds (user and system, with that of its own children), and the peak memory in KiB.
"""

import os
import sys

MODE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main(output: str, command: list[str]) -> None:
    """Run a command to its end, and print its figures."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, output, MODE, 0o600)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    # macOS counts bytes, every other system KiB.
    peak = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
    print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, peak)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
