"""Time zones by their IANA names, and that of the machine.

Python knows UTC without its time zone database, which takes a command 2 ms to load.
"""

import os
from datetime import UTC, tzinfo
from pathlib import Path

LOCALTIME = Path("/etc/localtime")
UNKNOWN = "UTC"


def find_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name. Raises ValueError, KeyError or OSError for no zone."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Return whether a text is a zone; `EST5EDT,M3.2.0` and the like are none."""
    try:
        find_zone(name)
    except (ValueError, OSError, KeyError):
        return False
    return bool(name)


def detect_timezone() -> str:
    """Return the IANA name of the machine's time zone; UTC where it cannot be known.

    What `TZ` states counts first, then where the link `/etc/localtime` leads to (tzfile(5)).
    """
    said = os.environ.get("TZ", "").removeprefix(":")
    for name in (
        _zone_of_path(said) if said.startswith("/") else said,
        _zone_of_path(str(LOCALTIME)),
    ):
        if is_zone(name):
            return name
    return UNKNOWN


def _zone_of_path(path: str) -> str:
    """Return the zone that a file of the time zone database stands for."""
    _, found, name = os.path.realpath(path).partition("zoneinfo/")
    return name.removeprefix("posix/").removeprefix("right/") if found else ""
