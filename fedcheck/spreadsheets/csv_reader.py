"""Read CSV as spreadsheet programs write it, with any usual delimiter and encoding.

The bytes of a file decide, not its name.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files

MAX_BYTES = 32 << 20
"""The largest file that is read."""

MAX_ROWS = 100_000
MAX_COLUMNS = 500
"""The most rows, and columns of a row, that are read; a register of a team has a few thousand."""

DELIMITERS = ",;\t|"

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SNIFFED_ROWS = 64
"""How many records are looked at to find the delimiter."""


def read_delimited(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Return the records of a CSV file, each with its number as a spreadsheet shows it.

    Lines end in LF, in cells too. Raises FedcheckError for what is no such text.
    """
    return parse(_bytes(path), path)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _file_error(path, "larger than 32 MB", "export only the sheet that you need")
        return atomic_files.read_plain(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _file_error(path, f"cannot be read: {reason}", "check name and permissions") from None


def parse(raw: bytes, path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Return the records of the bytes of a CSV file. Raises FedcheckError."""
    text = decode(raw, path).replace("\r\n", "\n").replace("\r", "\n")
    delimiter, text = _parse_declared_delimiter(text)
    return list(_records(text, delimiter or sniff_delimiter(text), path))


def decode(raw: bytes, path: Path) -> str:
    """Return bytes as text: by their mark, else UTF-8, UTF-16 without a mark, or Windows-1252.

    Raises FedcheckError for a binary file.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _decode_strictly(raw, encoding, path)
    head = raw[:4096]
    if b"\x00" in head:
        pairs = max(len(head) // 2, 1)
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > pairs * 0.6:
                return _decode_strictly(raw, encoding, path)
        raise _file_error(path, "a binary file, not CSV", "export it as CSV, or as .xlsx")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return _without_zeros(text, path)


def _decode_strictly(raw: bytes, encoding: str, path: Path) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise _file_error(path, "its encoding is damaged", "save it as CSV UTF-8") from None
    return _without_zeros(text, path)


def _without_zeros(text: str, path: Path) -> str:
    if "\x00" in text:
        raise _file_error(path, "a binary file, not CSV", "export it as CSV, or as .xlsx")
    return text.removeprefix("\ufeff")


def _parse_declared_delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter that a first line `sep=;` names, and the rest.

    Excel reads that line, and does not show it as a row.
    """
    first, _, rest = text.partition("\n")
    word = first.strip(" ").strip('"')
    if word[:4].lower() == "sep=" and len(word) == 5:
        return word[4], rest
    return "", text


def sniff_delimiter(text: str) -> str:
    """Return the delimiter: the one that cuts the records into the most alike, widest rows."""
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text[: 1 << 18]), delimiter=delimiter)
        widths: list[int] = []
        try:
            for cells in reader:
                if any(cells):
                    widths.append(len(cells))
                if len(widths) >= _SNIFFED_ROWS:
                    break
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        if common < 2:
            continue
        score = (widths.count(common) / len(widths), common)
        if score > best:
            best, found = score, delimiter
    return found


def _records(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    csv.field_size_limit(MAX_BYTES)
    number = before = begins = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise _file_error(path, f"more than {MAX_ROWS:,} rows", "export fewer rows")
            before, begins = reader.line_num, before
            yield number, tuple(cells[:MAX_COLUMNS])
        # Only the last record can swallow what follows it up to the end of the file.
        last = "\n".join(text.split("\n")[begins:])
        if number and reader.line_num - begins > 1 and _is_open(last, delimiter):
            swallowed = reader.line_num - begins - 1
            raise _file_error(
                path,
                f"line {begins + 1}: a quote opens a cell of row {number} and is never closed, so "
                f"{pluralize(swallowed, 'more line')} would become part of the cell",
                "close the quote, or remove it",
            )
    except csv.Error as error:
        where, reason = f"{path}: after row {number}", one_line(str(error), 120)
        raise _file_error(where, f"not CSV: {reason}", "export it again as CSV") from None


def _is_open(record: str, delimiter: str) -> bool:
    """Return whether the last cell of a record begins with a quote that is never closed."""
    try:
        for _ in csv.reader(io.StringIO(record), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _file_error(path: Path | str, message: str, hint: str) -> FedcheckError:
    return FedcheckError(f"{path}: {message}", hint)
