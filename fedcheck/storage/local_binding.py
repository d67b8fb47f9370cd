"""Bind local state to this machine, this user and this path.

A workspace may come from somebody else with a `.fedcheck/` of its own: a copy, a clone, a zip, or
a git pull into a folder that is ours. What is in it is believed only with a seal that nobody
else can make: HMAC-SHA256, by a secret in the user's own state folder, over the user, the real
path and what is stated there. A seal that does not fit means that nothing is known, never an error.
"""

import hashlib
import hmac
import os
from pathlib import Path

from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files, paths

SECRET = "local-state.key"
"""The file of the secret, in the user's state folder."""

SIZE = 32
"""How many random bytes the secret has."""

_known: dict[Path, tuple[tuple[int, int], bytes]] = {}
"""Secrets that were read, with the inode and time of their file."""

_unkept: list[bytes] = []
"""The secret of this process alone, where the user's state folder takes none."""


def seal(home: Path, name: str, data: bytes) -> str:
    """Return what proves that this user wrote data at this path; makes the secret at first need.

    Args:
        home: the workspace, or its private folder.
        name: what the data is, so that no sealed file passes for another.
        data: what is sealed.
    """
    return _digest(_load_secret() or _make_secret(), home, name, data)


def is_sealed(home: Path, name: str, data: bytes, found: str) -> bool:
    """Return whether a seal is this user's, for this path. Writes nothing."""
    secret = _load_secret()
    if secret is None:
        return False
    wanted = _digest(secret, home, name, data)
    return hmac.compare_digest(wanted.encode(), found.encode("utf-8", "replace"))


def find_seal(home: Path, name: str) -> str:
    """Return the seal that a name has here; empty where nothing was ever sealed. Writes nothing."""
    secret = _load_secret()
    return _digest(secret, home, name, b"") if secret else ""


def _digest(secret: bytes, home: Path, name: str, data: bytes) -> str:
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    parts = (os.fsencode(os.path.realpath(home)), user.encode("utf-8", "replace"), name.encode())
    # Each part by its own hash: no part can run over into the next.
    text = b"".join(hashlib.sha256(part).digest() for part in (*parts, data))
    return hmac.digest(secret, text, "sha256").hex()


def _find_file() -> Path | None:
    """Return where the secret is kept; none for a user without a home."""
    path = paths.find_user_folders().state / SECRET
    return path if path.is_absolute() else None


def _load_secret() -> bytes | None:
    """Return the secret; none where there is none yet, or it cannot be read."""
    path = _find_file()
    secret = _read_secret(path) if path else None
    return secret or (_unkept[0] if _unkept else None)


def _read_secret(path: Path) -> bytes | None:
    try:
        status = path.stat()
        looks = status.st_ino, status.st_mtime_ns
        if path not in _known or _known[path][0] != looks:
            secret = atomic_files.read_plain(path)
            if len(secret) != SIZE:
                return None
            _known[path] = looks, secret
    except OSError:
        return None
    return _known[path][1]


def _make_secret() -> bytes:
    """Make the secret, or take the one that another process has made meanwhile.

    Where it cannot be kept (a read-only home, none at all) this process has one of its own, and
    the next one begins as if nothing was known.
    """
    from fedcheck.storage.typed_files import make_trusted_folder  # once for each person

    path = _find_file()
    if path is not None:
        try:
            if path.is_file() and path.stat().st_size != SIZE:
                atomic_files.remove_file(
                    path, under=path.parent
                )  # damaged; one that just came is whole, and stays
            make_trusted_folder(path.parent)
            atomic_files.create_file(path, os.urandom(SIZE), under=path.parent)
        except (OSError, FedcheckError):
            pass
        secret = _read_secret(path)
        if secret is not None:
            return secret
    if not _unkept:
        _unkept.append(os.urandom(SIZE))
    return _unkept[0]
