"""Which histories a report saw, and the register of reports that were sent."""

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct

from fedcheck.domain.dates import parse_date
from fedcheck.domain.edits import SentEdit
from fedcheck.domain.text import make_storable, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session, Transaction
from fedcheck.storage import history
from fedcheck.storage.record_file import SENT

VERSION = 1
"""The version of this comment."""

_HEAD = "<!-- fedcheck report"
_FOUND = re.compile(r"^<!-- fedcheck report (\d+)\n((?:[a-z-]+(?: \S+)+\n)*)-->\s*\Z", re.MULTILINE)


class Fingerprint(Struct, frozen=True):
    """What a report was made from.

    Attributes:
        template: name of the template, and where it came from.
        hashes: the SHA-256 of the newest lines of each history file; none for an empty file. There
            are several where a merge brought lines together and nothing was entered since.
    """

    as_of: date
    template: str
    milestone: str
    hashes: Mapping[str, tuple[str, ...]]


def take(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the hashes of the newest lines of each history file of a workspace."""
    return {
        path.name: history.read_newest_hashes(path) for path in history.list_history_files(root)
    }


def format_comment(found: Fingerprint) -> str:
    """Return the fingerprint as an HTML comment."""
    lines = [f"as-of {found.as_of}", f"template {found.template}"]
    lines += [f"milestone {found.milestone}"] if found.milestone else []
    for name, digests in found.hashes.items():
        lines.append(f"history {_safe(name)} {' '.join(digests) or 'empty'}")
    return "\n".join([f"{_HEAD} {VERSION}", *lines, "-->\n"])


def find(text: str) -> Fingerprint | None:
    """Return the fingerprint at the end of a report; nothing where there is none we can read."""
    found = _FOUND.search(text.replace("\r\n", "\n"))
    if not found or int(found[1]) != VERSION:
        return None
    values: dict[str, str] = {}
    hashes: dict[str, tuple[str, ...]] = {}
    for line in found[2].splitlines():
        name, _, value = line.partition(" ")
        if name == "history":
            file, *digests = value.split(" ")
            known = tuple(digest for digest in digests if digest != "empty")
            hashes[os.fsdecode(unquote_to_bytes(file))] = known
        else:
            values[name] = value
    try:
        day = parse_date(values["as-of"])
    except (KeyError, ValueError):
        return None
    return Fingerprint(day, values.get("template", ""), values.get("milestone", ""), hashes)


def _safe(name: str) -> str:
    """Return a file name that cannot end the comment."""
    return quote(os.fsencode(name), safe="").replace("--", "-%2D")


def record_sent(
    session: Session, path: Path, text: str, template: str, milestone: str, to: str
) -> Transaction:
    """Enter into the register that a report was sent, as one action.

    Args:
        session: the open workspace.
        path: the file of the report.
        text: the report as it was sent.
        template: name of its template.
        milestone: id of its milestone.
        to: a person or a role.

    Raises FedcheckError: status 2 where nobody is named, 3 where the disk refuses.
    """
    who = " ".join(make_storable(to).split())
    if not who:
        raise FedcheckError("no recipient is named", "name a person or a role", ErrorKind.USAGE)
    real, root = path.absolute(), session.root.absolute()
    file = real.relative_to(root).as_posix() if real.is_relative_to(root) else real.name
    title = f"{template} for {milestone}" if milestone else template
    digest = hashlib.sha256(text.encode()).hexdigest()
    label = f"{title}: sent to {one_line(who, 40)}"
    return session.apply([session.new_ref(SENT)], SentEdit(title, who, file, digest), label)
