"""Web addresses of evidence: what may stand where a schema requires a URI."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DRIVE = re.compile(r"[A-Za-z]:")
_PATH_SAFE = "/:@!$&'()*+,;=~%-._"


def address_of_url(link: str) -> str:
    """Return an http(s) link as a URI, encoded as RFC 3986 requires; empty for anything else.

    A user name and a password in it are left out: the record is for others.
    """
    try:
        parts = urlsplit(link)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return ""
        host = (
            parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        )
        place = f"[{host}]" if ":" in host else quote(host, safe="-._~")
        if parts.port is not None:
            place += f":{parts.port}"
    except (ValueError, UnicodeError):
        return ""
    return urlunsplit(
        (
            parts.scheme.lower(),
            place,
            _encode(parts.path),
            _encode(parts.query, more="?"),
            _encode(parts.fragment, more="?"),
        )
    )


def address_of_file(link: str, base: str) -> str:
    """Return where a file of the workspace is served; empty without a base or for other files."""
    if not base or not is_inside(link):
        return ""
    path = link.replace("\\", "/").removeprefix("./")
    return address_of_url(f"{base.rstrip('/')}/{quote(path, safe='/-._~')}")


def is_inside(link: str) -> bool:
    """Return whether a link is a relative path that stays in the workspace, with a file name in it.

    A ticket number is none, nor is an address of any scheme.
    """
    path = link.replace("\\", "/")
    parts = path.split("/")
    absolute = path.startswith(("/", "~")) or _DRIVE.match(path) is not None or "://" in path
    return not absolute and ".." not in parts and ("/" in path or "." in parts[-1])


def _encode(text: str, more: str = "") -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=_PATH_SAFE + more)
