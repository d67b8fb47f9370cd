"""Parse the shipped checklists and processes for a wheel; only its build calls this."""

import hashlib
from pathlib import Path

from msgspec import Raw
from msgspec.msgpack import encode

from fedcheck.storage import checklist_files
from fedcheck.storage.shipped_cache import PACKAGE, ShippedCache


def dump_shipped_cache(shipped: Path) -> bytes:
    """Return the file for a wheel, from the folder of the shipped checklists.

    Raises ValueError where a shipped file has a problem: it would be parsed each time.
    """
    catalog = checklist_files.load_catalog(shipped, (), None)
    parsed = checklist_files.list_faultless(catalog)
    odd = sum(bool(one.problems()) for one in (*catalog.lists, *catalog.process_files))
    if odd:
        raise ValueError(f"{odd} shipped files have problems: run fedcheck checklist validate")
    entries = {key: Raw(encode(parsed[key])) for key in sorted(parsed)}
    return encode(ShippedCache(_hash_sources(), entries))


def _hash_sources() -> str:
    """Return what distinguishes the code that reads files: the same in every build of it."""
    found = [path for room in ("domain", "storage") for path in (PACKAGE / room).glob("*.py")]
    every = hashlib.sha256()
    for path in sorted(found):
        every.update(path.name.encode() + b"\0" + path.read_bytes())
    return every.hexdigest()
