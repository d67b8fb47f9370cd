"""How nasty files, texts and a whole nasty workspace are made."""

import hashlib
import json
import os
import re
import shutil
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomli
import tomli_w

HERE = Path(__file__).parent
SPARSE = 64 * 1024 * 1024

TEXTS: dict[str, str] = {
    **tomli.loads((HERE / "text.toml").read_text(encoding="utf-8")),
    "long": "long " * 14_000,
    "one-long-word": "x" * 70_000,
    "wide-and-long": "界" * 35_000,
    "stack": "a" + "\u0301" * 500,
}
"""Nasty texts by name; what is long is longer than the 65,536 bytes of a pipe or a block."""

LINES: dict[str, int] = {
    "a-key-twice": 3,
    "a-table-twice": 5,
    "bad-escape": 3,
    "bare-word": 3,
    "beyond-unicode": 3,
    "bidi-in-a-key": 3,
    "binary": 1,
    "bom-in-the-middle": 3,
    "conflict": 3,
    "conflict-crlf": 3,
    "deep-key": 0,
    "escaped-surrogate": 3,
    "html": 1,
    "json": 1,
    "latin-1": 3,
    "lone-carriage-returns": 3,
    "long-number": 0,
    "newer-format": 1,
    "no-such-day": 3,
    "no-such-format": 2,
    "no-value": 3,
    "nul": 3,
    "open-bracket": 4,
    "overlong-utf-8": 3,
    "raw-escape": 3,
    "raw-escape-in-a-header": 3,
    "raw-escape-in-a-key": 3,
    "surrogate-utf-8": 3,
    "table-over-a-key": 3,
    "truncated": 3,
    "unterminated-text": 6,
    "utf-16": 1,
    "wide-header": 3,
    "year-zero": 3,
    "zero-width-in-a-key": 3,
}
"""The files of `anywhere/`, and the line that is wrong (0 where the parser does not say)."""


def written(folder: str) -> dict[str, Path]:
    """Return the files of a folder of the corpus by their names without ending."""
    return {path.name.partition(".")[0]: path for path in sorted((HERE / folder).iterdir())}


def wrong_lines(path: Path) -> list[int]:
    """Return the lines of a file of `places/` that say of themselves that they are wrong."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if line.endswith("# wrong")]


def _bound_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the names of sockets must be short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def _sparse(path: Path) -> None:
    path.write_text("format = 1\n")
    os.truncate(path, SPARSE)


def _closed(path: Path) -> None:
    path.write_text("format = 1\n")
    path.chmod(0)


def _loop(path: Path) -> None:
    other = path.with_name("other-" + path.name + ".link")
    other.symlink_to(path.name)
    path.symlink_to(other.name)


MADE: dict[str, Callable[[Path], Any]] = {
    "a folder": Path.mkdir,
    "a dangling link": lambda path: path.symlink_to("gone"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "two links in a circle": _loop,
    "a link to a folder": lambda path: path.symlink_to("/"),
    "a pipe": os.mkfifo,
    "a socket": _bound_socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "64 MB": _sparse,
    "brackets without end": lambda path: path.write_text("x = " + "[" * 100_000),
    "tables without end": lambda path: path.write_text("x = " + "{a=" * 50_000),
    "a closed file": _closed,
}
"""What git cannot keep, or should not."""


def put(kind: str, path: Path) -> None:
    """Make a nasty thing at a place, in place of what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind in MADE:
        MADE[kind](path)
    else:
        shutil.copyfile(HERE / kind, path)


def seen(path: Path) -> object:
    """Return what tells whether a thing was touched, without reading more than is good."""
    found = path.lstat()
    content: object = None
    if path.is_symlink():
        content = path.readlink()
    elif path.is_file() and found.st_size < 2**20:
        content = path.read_bytes()
    return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino, content


_ALLOWED = "\n\t"
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]")


def raw_characters(text: str) -> set[str]:
    """Return the characters of a text that no terminal should be given from a file."""
    bad = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    return (bad | set(_INVISIBLE.findall(text))) - set(_ALLOWED)


def chained(rows: list[dict[str, Any]]) -> bytes:
    """Return history lines that follow from each other."""
    first = {"v": 1, "at": "2027-01-10T09:00:00.000Z", "by": "bob", "tx": "t", "field": "note"}
    prev, raw = "", b""
    for row in rows:
        line = json.dumps({**first, "old": None, **row, "prev": prev}).encode()
        raw += line + b"\n"
        prev = hashlib.sha256(line).hexdigest()
    return raw


LIST = "rev5.readiness.csp"
STATES = ("todo", "doing", "blocked", "done", "na")


def hostile_workspace(root: Path, texts: dict[str, str], asked_of: bool = True) -> Path:
    """Make a workspace in which every text that a person can write is nasty."""
    for name in ("checklists", "progress", "history", "templates", "evidence"):
        (root / name).mkdir(parents=True, exist_ok=True)
    told = list(texts.values())
    items, records, lines = [], {}, []
    for number, (name, text) in enumerate(texts.items()):
        item = {"id": f"i-{name}", "title": text, "code": text[:200], "guidance": text}
        item |= {
            "expects": [text],
            "controls": [text[:50]],
            "kind": "test" if number % 2 else "task",
        }
        items.append({**item, "source": {"id": "s", "where": text}})
        evidence_item = {"id": f"e{number}", "link": text or "x", "label": text, "kind": "ticket"}
        web = {"id": f"w{number}", "link": "https://x.example/" + text[:500], "kind": "url"}
        file = {
            "id": f"f{number}",
            "link": "evidence/" + text[:80].replace("\0", ""),
            "kind": "file",
        }
        status = STATES[number % len(STATES)]
        record = {
            "status": status,
            "owner": text,
            "note": text,
            "reason": text,
            text[:20]: text[:20],
        }
        records[f"i-{name}"] = {**record, "evidence": [evidence_item, web, file]}
        ref = f"{LIST}:i-{name}"
        lines.append({"by": text, "ref": ref, "field": "note", "new": text, "tx": f"t{number}"})
        lines.append({"by": "x", "ref": ref, "field": "owner", "new": text, "tx": text[:40]})
    section = {"id": "s", "title": "".join(t[:40] for t in told), "summary": told[0], "item": items}
    head = {"format": 1, "id": LIST, "process": "jab", "phase": "readiness", "role": "csp"}
    source = [{"id": "s", "title": told[0] + told[-1], "url": told[-1]}]
    whole = {**head, "title": told[0], "source": source, "section": [section]}
    short = "".join(text[:30] for text in told)
    config = {"format": 1, "name": short, "process": "jab", "role": "csp", "provider": short}
    config |= {"marking": short, "people": {text[:60]: {"name": text} for text in told}}
    asked = [
        {"id": f"q{i}", "title": t, "by": t, "to": t if asked_of else "csp", "answer": t}
        for i, t in enumerate(told)
    ]
    found = [
        {"id": f"f{i}", "title": t, "risk": "high", "owner": t, "plan": t, "items": [t[:30]]}
        for i, t in enumerate(told)
    ]
    for place, data in {
        "fedcheck.toml": {**config, "milestones": {"kick-off": tomli.loads("d=2027-02-01")["d"]}},
        f"checklists/{LIST}.toml": whole,
        f"progress/{LIST}.toml": {"format": 1, "checklist": LIST, "item": records},
        "requests.toml": {"format": 1, "request": asked},
        "findings.toml": {"format": 1, "finding": found},
    }.items():
        (root / place).write_text(tomli_w.dumps(data), encoding="utf-8")
    (root / "history" / "bob-00000000.jsonl").write_bytes(chained(lines))
    return root


ODD_NAMES = [
    b"\x1b[31mred\x1b[0m", b"line\nfedcheck: saved", b"\xff\xfe", "\u202egnp".encode(),
    "zero\u200bwidth".encode(), b"[red]x[bold]", b"-o", b"$(touch pwned)", "界".encode() * 60,
    b"\xed\xa0\x80", b" ", b"\r", b"%00",
]  # fmt: skip
"""Names of files that a terminal, a shell or a decoder may stumble over."""


def odd_files(folder: Path, ending: str, content: bytes) -> list[Path]:
    """Make a file under each odd name."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [Path(os.fsdecode(os.fsencode(folder) + b"/" + n + ending.encode())) for n in ODD_NAMES]
    for path in made:
        path.write_bytes(content)
    return made
