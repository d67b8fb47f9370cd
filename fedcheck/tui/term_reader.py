"""The terms of the open workspace, read when an item is first shown, and again where they changed.

Official definitions come from the workspace's file, ours from the process; a file that cannot be
used leaves ours, and the dialog of terms states why.
"""

from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.terms import Lexicon
from fedcheck.errors import InvalidFileError
from fedcheck.session import Session
from fedcheck.storage.official_texts import (
    GLOSSARY,
    Terminology,
    load_own_glossary,
    load_terminology,
    text_path,
)

Mark = tuple[int, int, int] | None
"""What changes when a file does; None where there is none."""


class TermsRead(Struct, frozen=True):
    """The terms of a workspace, ready to be found in texts.

    Attributes:
        release: the release of the official definitions; empty where they are ours.
        problem: why the workspace's file is not used; empty where it is, or there is none.
    """

    lexicon: Lexicon = Lexicon()
    release: str = ""
    problem: str = ""


def read_terms(session: Session) -> TermsRead:
    """Return the terms of a workspace; from memory where its file did not change."""
    return _read(session.root, session.project.process.id, _mark(session.root))


def _mark(root: Path) -> Mark:
    try:
        found = text_path(root, GLOSSARY).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=4)
def _read(root: Path, process: str, mark: Mark) -> TermsRead:
    """Return the terms; the mark makes a file that changed another entry of the cache."""
    problem = ""
    try:
        found = load_terminology(root, process)
    except InvalidFileError as error:
        found, problem = Terminology(None, load_own_glossary(process)), str(error)
    return TermsRead(
        Lexicon(found.terms), found.official.release if found.official else "", problem
    )
