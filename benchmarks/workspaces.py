"""Workspaces for measuring: lists filled with records as fedcheck writes them.

Runs in the measured environment, so that the measured program itself writes the records:
`python workspaces.py '[{"root": ..., "lists": 20, "items": 150}]'` makes one and prints, as JSON,
which items may be changed. All days are relative to today, so that the same is due, stale and ahead
whenever it is measured.
"""

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

HEAD = """format = 1
name = "Measured"
process = "{process}"
role = "csp"
{profile}
[milestones]
kick-off = {kick_off}

[people.dana]
name = "Dana Example"
role = "csp"
"""
IMPACT = """
[profile]
impact = "moderate"
"""
PROCESS = """format = 1
id = "measured"
title = "A process of one small workspace"

[[role]]
id = "csp"
title = "Provider"

[[role]]
id = "3pao"
title = "Assessor"

[[milestone]]
id = "kick-off"
title = "Kick-off"
closes = ["readiness", "full-assessment"]
"""
PHASE = """
[[phase]]
id = "{0}"
title = "Phase {0}"
purpose = "Measured"
"""
PHASES = ("readiness", "full-assessment", "review", "remediation")
STATUSES = ("done", "doing", "todo", "done", "na")
RISKS = ("low", "moderate", "moderate", "high")


@dataclass(frozen=True)
class Shape:
    """What a workspace holds.

    Attributes:
        root: its folder, which is not there yet.
        lists: the number of filled lists.
        items: the number of items in each, every one with a record.
        process: `jab`, where the shipped lists come on top, or `measured`, which has none.
        failed: so many tests are other than satisfied.
        findings: so many findings, each of one of those tests.
    """

    root: str
    lists: int = 0
    items: int = 0
    process: str = "jab"
    failed: int = 0
    findings: int = 0


def make(shape: Shape) -> dict[str, str]:
    """Make a workspace.

    Returns two items that are in different lists where there are several: `ref`, which is shown and
    changed, and `other`, which is changed before another command is measured.
    """
    from fedcheck.session import open_session
    from fedcheck.storage import paths

    os.umask(0o077)  # as fedcheck makes its files
    root, today = Path(shape.root), datetime.now(UTC).date()
    for folder in ("checklists", "progress", "history", "evidence"):
        (root / folder).mkdir(parents=True)
    profile = IMPACT if shape.process == "jab" else ""
    kick_off = today + timedelta(days=64)
    head = HEAD.format(process=shape.process, profile=profile, kick_off=kick_off)
    _write(root / "fedcheck.toml", head)
    if shape.process == "measured":
        (root / "checklists" / shape.process).mkdir()
        phases = (
            f'\n[[phase]]\nid = "{one}"\ntitle = "Phase {one}"\npurpose = "Measured"\n'
            for one in PHASES
        )
        _write(root / "checklists" / shape.process / "process.toml", PROCESS + "".join(phases))
    names = [f"bench.l{number:02}" for number in range(shape.lists)]
    for number, name in enumerate(names):
        _write(root / "checklists" / f"{name}.toml", _list(shape, name, number))
    project = open_session(root, paths.find_user_folders(), (), "bench").project
    refs = [ref for ref in project.refs if ref.startswith("bench.")]
    _write_records(root, project, refs, shape, today)
    known = refs or list(project.refs)
    lists = list(dict.fromkeys(ref.partition(":")[0] for ref in known))
    other = next(ref for ref in reversed(known) if ref.startswith(f"{lists[-1]}:"))
    return {"root": str(root), "ref": known[7], "other": other}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _list(shape: Shape, name: str, number: int) -> str:
    role = "3pao" if number % 2 else "csp"
    phase = PHASES[number % len(PHASES)]
    text = [
        f'format = 1\nid = "{name}"\nprocess = ["{shape.process}"]\nphase = "{phase}"\n'
        f'role = "{role}"\ntitle = "List {name}"\n\n[[source]]\nid = "doc"\ntitle = "A document"\n'
    ]
    for item in range(shape.items):
        if item % 30 == 0:
            section = item // 30
            text.append(f'\n[[section]]\nid = "s{section}"\ntitle = "Section {section}"\n')
        text.append(_item(item, role))
    return "".join(text)


def _item(number: int, role: str) -> str:
    text = (
        f'\n[[section.item]]\nid = "i{number}"\ncode = "Table 4-{number}"\n'
        f'title = "Item {number} says in one line what is true once this is done"\n'
        'guidance = """\nWhat to do and what good looks like, in a paragraph of plain words.\n'
        "Typical gaps: the document names a thing that the inventory does not have, or the other\n"
        'way round, and nobody has looked since the last release.\n"""\n'
        'expects = ["A dated export from the tool", "A screen of its settings"]\n'
        f'controls = ["AC-{number % 25 + 1}", "SC-{number % 40 + 1}"]\n'
        'due = "kick-off - 30d"\nmax-age = "120d at kick-off"\n'
        f'source = {{ id = "doc", where = "section {number}" }}\n'
    )
    return text + ('kind = "test"\nmethods = ["examine", "test"]\n' if role == "3pao" else "")


def _write_records(root: Path, project: Any, refs: list[str], shape: Shape, today: date) -> None:
    """Write the records of items, and findings, in the form that fedcheck gives them."""
    from fedcheck.domain.finding import Finding
    from fedcheck.domain.glossary import Risk
    from fedcheck.storage import record_files
    from fedcheck.storage.record_file import FINDINGS, RecordFile

    by_list: dict[str, dict[str, object]] = {}
    failed: list[str] = []
    for ref in refs:
        name, _, item_id = ref.partition(":")
        item = project.item(ref)
        number = int(item_id.removeprefix("i"))
        fails = (
            item.kind == "test" and STATUSES[number % 5] == "done" and len(failed) < shape.failed
        )
        failed += [ref] if fails else []
        by_list.setdefault(name, {})[item_id] = _record(item, number, today, fails)
    books = [RecordFile(name, records) for name, records in by_list.items()]
    found = {}
    for number in range(shape.findings):
        key = hashlib.sha256(f"finding {number}".encode()).hexdigest()[:6]
        found[key] = Finding(
            id=key, title=f"Gap {number} in what was tested", risk=Risk(RISKS[number % 4]),
            items=(failed[number % len(failed)],), owner="dana", plan="Rolled out by release",
            text="What was seen in the test, and what it means.\nA second line.",
            found=today - timedelta(days=20), due=today + timedelta(days=40 + number % 60),
        )  # fmt: skip
    if found:
        books.append(RecordFile(FINDINGS, found))
    for book in books:
        raw, _ = record_files.dump(book, book.records)
        record_files.path_of(root, book.name).write_bytes(raw)


def _record(item: Any, number: int, today: date, fails: bool) -> Any:
    from fedcheck.domain.evidence import Evidence
    from fedcheck.domain.glossary import Result, Status
    from fedcheck.domain.record import Record

    status = Status(STATUSES[number % len(STATUSES)])
    tested = item.kind == "test" and status == "done"
    result = Result.OTHER_THAN_SATISFIED if fails else Result.SATISFIED
    evidence = []
    for one in range(2):
        key = hashlib.sha256(f"{number}.{one}".encode()).hexdigest()
        link, label = f"https://evidence.example/{key[:12]}", f"Export {number}.{one}"
        evidence.append(Evidence(key[:6], link, label, collected=today - timedelta(days=25)))
    return Record(
        status=status,
        result=result if tested else Result.NONE,
        owner="dana",
        note="Asked the platform team; they send the export.\nLooked at it again on the call.",
        reason="Not part of the boundary" if status == "na" else "",
        done=today - timedelta(days=24) if status == "done" else None,
        basis=item.basis() if status != "todo" else "",
        evidence=tuple(evidence),
    )


if __name__ == "__main__":
    print(json.dumps([make(Shape(**one)) for one in json.loads(sys.argv[1])]))
