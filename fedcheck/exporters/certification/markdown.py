"""Markdown of the three documents: text from files is data, apart from its paragraphs and lists."""

import re
from collections.abc import Iterable, Iterator

from fedcheck.domain.text import clean_for_file
from fedcheck.reports.markdown import escape_document, link, mark_text

_MARKER = re.compile(r"( {0,3}(?:[-*+]|\d{1,3}[.)]) +)(.*)")


def escape(text: str) -> str:
    """Return a text on one line, escaped."""
    return escape_document(mark_text(text))


def escape_link(label: str, uri: str) -> str:
    """Return a link, or its label and address as text where it is no http(s) address."""
    return escape_document(link(label, uri))


def mark_page(marking: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a page, with its marking above and below where it has one."""
    if not marking:
        yield from lines
        return
    listed = list(lines)
    while listed and not listed[-1]:
        listed.pop()
    yield from (f"**{escape(marking)}**", "", *listed, "", f"**{escape(marking)}**")


def escape_block(text: str) -> str:
    """Return a text of several lines, escaped; paragraphs and entries of lists stay."""
    return "\n".join(_escape_line(line) for line in clean_for_file(text).strip().split("\n"))


def bullets(texts: Iterable[str], none: str) -> Iterator[str]:
    """Yield a list, or the words for an empty one; a text of several lines stays one entry."""
    entries = ["- " + escape_block(text).replace("\n", "\n  ") for text in texts]
    yield from entries or [none]


def _escape_line(line: str) -> str:
    found = _MARKER.fullmatch(line)
    return found[1] + escape(found[2]) if found else escape(line)
