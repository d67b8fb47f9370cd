"""How text from files gets into Markdown: as data, whatever a template does with it.

Escaping is not a filter that a template may forget. Before a template sees a text, `mark_text` puts
a stand-in for every character that could mean something in Markdown: one of the 32 code points that
Unicode keeps for internal use. A stand-in is one character, so cutting, joining and comparing work
as usual, and no filter can split or undo it. At the end, `escape_document` writes each
stand-in as the shortest escape that its place asks for.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from fedcheck.domain.text import has_ignorable, one_line

_CHARACTERS = "\\`*_[]<>&|~#@$!:.)-+="
_FIRST = 0xFDD0
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_STAND_IN = {char: chr(_FIRST + place) for place, char in enumerate(_CHARACTERS)}
_PLAIN = {ord(stand_in): char for char, stand_in in _STAND_IN.items()}
_STAND_INS = re.compile(f"[{''.join(_STAND_IN.values())}]")

# Always marked. The others are common in ids and dates, and mean something in a few places only.
_ALWAYS = str.maketrans({char: _STAND_IN[char] for char in "\\`*_[]<>&|~#@$!"})
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_IN_PLACE = re.compile(
    r"^[-+=:]|(?<=www)\.|:(?=//)"
    r"|(?:(?<=mailto)|(?<=xmpp)|(?<=javascript)|(?<=vbscript)|(?<=\bdata)|(?<=\bfile)):(?=\S)",
    re.IGNORECASE,
)
_ACTIVE_SCHEME = re.compile(r"(?:javascript|vbscript|data|file|mailto|xmpp)$", re.IGNORECASE)
_ENTITY = re.compile(r"#?\w{1,32};")
_LINE_HEAD = re.compile(r"[\s>]*(?:(?:[-+*]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?)*")
_NO_WIDTH = "&#8203;"

_URL = re.compile(r"https?://", re.IGNORECASE)
_PLACE = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_URL_UNSAFE = re.compile(r"[^A-Za-z0-9/?:@=+,;&#%._!'-]|%(?![0-9A-Fa-f]{2})")
_CODE = re.compile(r"[^\s`|\\<>&]+(?: [^\s`|\\<>&]+)*")


class Markdown(str):
    """Text that is Markdown already, made here from parts that were escaped."""

    __slots__ = ()


def mark_text(text: str) -> Markdown:
    """Return a text on one line, with stand-ins for what Markdown could read as its own.

    A text that has been marked stays as it is.
    """
    return text if isinstance(text, Markdown) else _insert_stand_ins(text)


@lru_cache(maxsize=8192)
def _insert_stand_ins(text: str) -> Markdown:
    line = make_visible(text)
    if line.isalnum():
        return Markdown(line)
    line = _NUMBERED.sub(lambda found: found[1] + _STAND_IN[found[2]], line)
    line = _IN_PLACE.sub(lambda found: _STAND_IN[found.group()], line)
    if "\ufffd" in line or has_ignorable(text):
        # What something unseen held apart must not become the link of a host once it is gone.
        line = line.replace(".", _STAND_IN["."])
    return Markdown(line.translate(_ALWAYS))


def make_visible(text: str) -> str:
    """Return a text on one line, without anything that is not to be seen."""
    return " ".join(_NONCHARACTERS.sub("\ufffd", one_line(text)).split())


def unmark_text(text: str) -> str:
    """Return a marked text as it was before."""
    return text.translate(_PLAIN)


def escape_document(document: str) -> str:
    """Return a document in which every stand-in has become Markdown for its character."""
    return _STAND_INS.sub(_escape, document)


def _escape(found: re.Match[str]) -> str:
    text, place = found.string, found.start()
    char = _PLAIN[ord(found.group())]
    before, after = unmark_text(text[place - 1 : place]), unmark_text(text[place + 1 : place + 2])
    match char:
        case "<":
            # Only what could begin a tag, a comment or an address in angle brackets needs it.
            return "\\<" if not after or after.isalpha() or after in "/!?<" else "<"
        case ">":
            # It quotes at the beginning of a line, and ends a comment of a template after `--`.
            quotes = _begins_line(text, place) or unmark_text(text[place - 2 : place]) == "--"
            return "\\>" if quotes else ">"
        case "&":
            return "&amp;" if _ENTITY.match(unmark_text(text[place + 1 : place + 40])) else "&"
        case "\\":
            # Renderers disagree on `\\|` in a table.
            return "&#92;" if after == "|" else "\\\\"
        case "_":
            return "_" if before.isalnum() and after.isalnum() else "\\_"
        case "#":
            return "#" if before.isalnum() or after.isalnum() else "\\#"
        case "@":
            # GitHub looks for names after it has resolved escapes.
            # An address such as info@example.com stays readable as plain text.
            named = after.isalnum() and not (before.isalnum() or before == "_")
            return "@" + _NO_WIDTH if named else "@"
        case "!":
            return "\\!" if after == "[" else "!"
        case ":" if _ACTIVE_SCHEME.search(unmark_text(text[max(place - 12, 0) : place])):
            return _NO_WIDTH + ":"
        case ":" if after == "/":
            return "\\:"
        case "-" | "+" | "=" | ":":
            return "\\" + char if _begins_line(text, place) else char
        case "." | ")" if before.isdigit():
            return "\\" + char if _begins_line(text, place) else char
        case _:
            return "\\" + char


def _begins_line(text: str, place: int) -> bool:
    head = text[text.rfind("\n", 0, place) + 1 : place].rstrip("0123456789")
    return _LINE_HEAD.fullmatch(head) is not None


def link(label: str, target: str) -> Markdown:
    """Return a link where the target is an http(s) URL, else label and target as text."""
    url = safe_url(target)
    if url:
        return Markdown(f"[{mark_text(label or target)}]({url})")
    return Markdown(mark_text(label if label in ("", target) else f"{label} ({target})"))


def safe_url(target: str) -> str:
    """Return an http(s) URL, encoded so that it can be in a link; empty for anything else.

    A URL that contains a user name is none: it can look as if it led elsewhere.
    """
    if not _URL.match(target):
        return ""
    try:
        parts = urlsplit(target)
        place = parts.netloc if parts.netloc.isascii() else _ascii_host(parts.netloc)
    except (ValueError, UnicodeError):
        return ""
    rest = target.partition("://")[2]
    if not _PLACE.fullmatch(place) or not rest.startswith(parts.netloc):
        return ""
    path = _URL_UNSAFE.sub(_percent_encode, rest[len(parts.netloc) :])
    path = re.sub(r"&(?=#?\w{1,32};)", "&amp;", path)
    return f"{parts.scheme}://{place}{path}"


def _ascii_host(place: str) -> str:
    """Return a host name as it goes over the wire, so that look-alike letters show."""
    return place.encode("idna").decode("ascii")


def _percent_encode(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))


def code(text: str) -> Markdown:
    """Return a path or an id as a code span; what could break out of one stays plain text."""
    line = make_visible(text)
    return Markdown(f"`{line}`" if _CODE.fullmatch(line) else mark_text(text))
