"""The time zone of this machine, by its IANA name, where that can be known."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
UNKNOWN = "UTC"


def machine_timezone() -> str:
    """Return the IANA name of the machine's time zone; UTC where it cannot be known.

    What `TZ` says counts first, then where the link `/etc/localtime` leads to (tzfile(5)).
    """
    said = os.environ.get("TZ", "").removeprefix(":")
    for name in (_of_path(said) if said.startswith("/") else said, _of_path(str(LOCALTIME))):
        if _is_zone(name):
            return name
    return UNKNOWN


def _of_path(path: str) -> str:
    """Return the zone that a file of the time zone database stands for."""
    _, found, name = os.path.realpath(path).partition("zoneinfo/")
    return name.removeprefix("posix/").removeprefix("right/") if found else ""


def _is_zone(name: str) -> bool:
    """Tell whether a text is a zone; `EST5EDT,M3.2.0` and the like are none."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return bool(name)
