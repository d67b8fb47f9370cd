"""The shipped checklists and processes as parsed when the wheel was built; a checkout has none.

One file of the package holds the entries of the cache by their keys. As every entry, one counts
only for the bytes that it was parsed from: a shipped file that somebody edits is parsed.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import MsgspecError, Raw, Struct, field
from msgspec.msgpack import decode, encode

FILE_NAME = "parsed_lists.msgpack"

_PACKAGE = Path(__file__).parent.parent


class ShippedCache(Struct, frozen=True):
    """What the build kept.

    Attributes:
        stamp: distinguishes how this program reads files; empty where the build kept nothing.
        entries: what was parsed, by the keys of the cache.
    """

    stamp: str = ""
    entries: Mapping[str, Raw] = field(default_factory=dict)


def load_shipped_cache(package: Path = _PACKAGE) -> ShippedCache:
    """Return what the build kept; nothing where it kept nothing, or that cannot be read."""
    try:
        return decode((package / FILE_NAME).read_bytes(), type=ShippedCache)
    except (OSError, MsgspecError, ValueError):
        return ShippedCache()


def dump_shipped_cache(shipped: Path) -> bytes:
    """Return the file for a wheel, from the folder of the shipped checklists.

    Raises ValueError where a shipped file has a problem: it would be parsed each time.
    """
    from fedcheck.storage import checklist_files  # only a build needs it

    catalog = checklist_files.load_catalog(shipped, (), None)
    parsed = checklist_files.list_faultless(catalog)
    odd = len(catalog.lists) + len(catalog.process_files) - len(parsed)
    if odd:
        raise ValueError(f"{odd} shipped files have problems: run fedcheck checklist validate")
    entries = {key: Raw(encode(parsed[key])) for key in sorted(parsed)}
    return encode(ShippedCache(_hash_sources(), entries))


def _hash_sources() -> str:
    """Return what distinguishes the code that reads files: the same in every build of it."""
    found = [path for room in ("domain", "storage") for path in (_PACKAGE / room).glob("*.py")]
    every = hashlib.sha256()
    for path in sorted(found):
        every.update(path.name.encode() + b"\0" + path.read_bytes())
    return every.hexdigest()
