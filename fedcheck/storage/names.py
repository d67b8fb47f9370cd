"""Names that come from files and are to become paths, each parsed into a type of its own.

A workspace may come from a stranger: a name such as `../../.cargo/config` in its history must never
reach the file system. What makes a path takes one of these types, which only these functions give.
"""

import re
from typing import Any, NewType

from fedcheck.domain.key import RESERVED_LIST_IDS, is_id
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError

ListId = NewType("ListId", str)
"""The id of a checklist."""

Sha256 = NewType("Sha256", str)
"""A hash, as 64 hex digits."""

HistoryFileName = NewType("HistoryFileName", str)
"""The name of a history file, without its folder."""

TextName = NewType("TextName", str)
"""The name of a file with official text of a workspace, without its ending."""

TEXT_NAMES = (TextName("glossary"), TextName("controls"))

FileName = NewType("FileName", str)
"""A name of one file: nothing in it leads to another folder."""

MAX_ID_LENGTH = 200
"""The most characters of an id that becomes a file name; file systems take 255 bytes."""

_SHA256 = "[0-9a-f]{64}"
_HISTORY_FILE = r"[a-z0-9-]{1,200}\.jsonl"
_FILE_NAME = r"\w[\w. -]{0,250}"
"""Patterns: a command that needs one compiles it."""


def parse_list_id(text: str) -> ListId:
    """Return a text as the id of a checklist. Raises FedcheckError where no list can have it."""
    if text in RESERVED_LIST_IDS:
        raise FedcheckError(
            f'no checklist can be named "{text}": fedcheck uses this name itself',
            "choose another id, such as acme.tracker",
            ErrorKind.USAGE,
        )
    if not is_list_id(text):
        raise FedcheckError(
            f'"{one_line(text, 60)}" is not an id of a checklist',
            "use lower-case letters, digits, dots and hyphens, such as acme.tracker",
            ErrorKind.USAGE,
        )
    return ListId(text)


def parse_text_name(text: str) -> TextName:
    """Return a text as the name of a file with official text. Raises FedcheckError."""
    for name in TEXT_NAMES:
        if text == name:
            return name
    raise FedcheckError(f'"{one_line(text, 60)}" is not a file with official text')


def is_list_id(text: str) -> bool:
    """Return whether a checklist can have this id."""
    return is_id(text) and len(text) <= MAX_ID_LENGTH and text not in RESERVED_LIST_IDS


def parse_sha256(value: Any) -> Sha256:
    """Return a value of a file as a hash. Raises FedcheckError where it is none."""
    if not isinstance(value, str) or not re.fullmatch(_SHA256, value):
        raise FedcheckError(f'"{one_line(str(value), 60)}" is not a SHA-256 hash')
    return Sha256(value)


def parse_history_file_name(value: Any) -> HistoryFileName | None:
    """Return a value of a file as the name of a history file; None where it is none."""
    if not isinstance(value, str) or not re.fullmatch(_HISTORY_FILE, value):
        return None
    return HistoryFileName(value)


def parse_file_name(text: str) -> FileName:
    """Return a text as the name of one file. Raises FedcheckError where it leads elsewhere."""
    if not re.fullmatch(_FILE_NAME, text):
        raise FedcheckError(f'"{one_line(text, 80)}" is not a file name', "name the file with -o")
    return FileName(text)
