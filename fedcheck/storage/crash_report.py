"""Crash reports: where in the code a bug struck, without any of the user's data."""

import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from fedcheck import __version__
from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.paths import find_user_folders
from fedcheck.storage.typed_files import make_trusted_folder


def report_text(error: BaseException) -> str:
    """Return what is known of a bug: versions, and the lines of code that led to it.

    Neither local variables nor the message of the error are in it: both may quote notes.
    """
    lines = [
        f"fedcheck {__version__}, Python {platform.python_version()}, {sys.platform}",
        "",
        "Traceback (innermost last), without values:",
    ]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}")
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
    cause = error.__cause__ or getattr(error, "error", None)  # a worker's failure carries its own
    if isinstance(cause, BaseException):
        lines.append(f"caused by {type(cause).__qualname__}")
        for frame in traceback.extract_tb(cause.__traceback__):
            lines.append(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}")
    return "\n".join(lines) + "\n"


def write_report(error: BaseException) -> Path:
    """Write a crash report to the user's state folder (else a temporary one); return its path."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    text = report_text(error).encode()
    for folder in (find_user_folders().state / "crashes", Path(tempfile.gettempdir())):
        path = folder / f"fedcheck-{stamp}.txt"
        try:
            make_trusted_folder(folder)
            atomic_files.replace_file(path, text, under=folder)
        except FedcheckError:
            continue
        return path
    return Path(stamp)
