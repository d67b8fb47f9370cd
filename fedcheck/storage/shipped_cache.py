"""The shipped checklists and processes as parsed when the wheel was built; a checkout has none.

One file of the package holds the entries of the cache by their keys. As every entry, one counts
only for the bytes that it was parsed from: a shipped file that somebody edits is parsed.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import MsgspecError, Raw, Struct, field
from msgspec.msgpack import decode

FILE_NAME = "parsed_lists.msgpack"

PACKAGE = Path(__file__).parent.parent


class ShippedCache(Struct, frozen=True):
    """What the build kept.

    Attributes:
        stamp: distinguishes how this program reads files; empty where the build kept nothing.
        entries: what was parsed, by the keys of the cache.
    """

    stamp: str = ""
    entries: Mapping[str, Raw] = field(default_factory=dict)


def load_shipped_cache(package: Path = PACKAGE) -> ShippedCache:
    """Return what the build kept; nothing where it kept nothing, or that cannot be read."""
    try:
        return decode((package / FILE_NAME).read_bytes(), type=ShippedCache)
    except (OSError, MsgspecError, ValueError):
        return ShippedCache()
