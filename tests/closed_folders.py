"""Run fedcheck as somebody whom a folder can be closed to; to root, none is."""

import ctypes
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PR_CAPBSET_DROP = 24
READ_ANYTHING = (1, 2)
"""Linux's CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root past the mode of a folder."""


def obey_modes() -> None:
    """Give up root's way past modes, for what this process executes next (Linux)."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in READ_ANYTHING:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def run(code: list[str], cwd: Path | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with arguments under the modes of files, as any user but root."""
    return subprocess.run(
        [sys.executable, *code],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **env},
        preexec_fn=obey_modes,
    )


@cache
def can_be_closed() -> bool:
    """Tell whether a folder without any mode bits keeps such a process out."""
    import tempfile

    if os.name != "posix":
        return False
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0)
    looks = "import os, sys; os.listdir(sys.argv[1])"
    closed = "PermissionError" in run(["-c", looks, str(folder)]).stderr
    folder.chmod(0o700)
    folder.rmdir()
    return closed


def require_closed_folders() -> None:
    """Skip the test where a folder can be closed to nobody."""
    if not can_be_closed():
        pytest.skip("neither modes nor prctl(2) close a folder to this user")
