"""Workspaces for measuring: lists filled with notes and two pieces of evidence an item."""

import hashlib
from pathlib import Path

HEAD = """format = 1
name = "Measured"
process = "jab"
role = "csp"

[profile]
impact = "moderate"

[milestones]
kick-off = 2027-02-01

[people.dana]
name = "Dana Example"
role = "csp"
"""
PHASES = ("readiness", "full-assessment", "review", "remediation")
STATUSES = ("done", "doing", "todo", "done", "na")


def make(root: Path, lists: int, items: int) -> Path:
    """Make a workspace of so many lists with so many items each, all with a record."""
    for folder in ("checklists", "progress", "history", "evidence"):
        (root / folder).mkdir(parents=True)
    (root / "fedcheck.toml").write_text(HEAD, encoding="utf-8")
    for number in range(lists):
        name = f"bench.l{number:02}"
        role = "3pao" if number % 2 else "csp"
        phase = PHASES[number % len(PHASES)]
        checklist, progress = _texts(name, phase, role, items)
        (root / "checklists" / f"{name}.toml").write_text(checklist, encoding="utf-8")
        (root / "progress" / f"{name}.toml").write_text(progress, encoding="utf-8")
    return root


def _texts(name: str, phase: str, role: str, items: int) -> tuple[str, str]:
    head = f'format = 1\nid = "{name}"\nprocess = ["jab"]\nphase = "{phase}"\nrole = "{role}"\n'
    listed = [f'{head}title = "List {name}"\n\n[[source]]\nid = "doc"\ntitle = "A document"\n']
    known = [f'format = 1\nchecklist = "{name}"\n']
    for number in range(items):
        if number % 30 == 0:
            section = number // 30
            listed.append(f'\n[[section]]\nid = "s{section}"\ntitle = "Section {section}"\n')
        listed.append(_item(number, role))
        known.append(_record(number, role))
    return "".join(listed), "\n".join(known)


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


def _record(number: int, role: str) -> str:
    status = STATUSES[number % len(STATUSES)]
    text = f'[item."i{number}"]\n' + (f'status = "{status}"\n' if status != "todo" else "")
    if role == "3pao" and status == "done":
        text += 'result = "satisfied"\n'
    text += 'owner = "dana"\nnote = """\nAsked the platform team; they send the export.\n'
    text += 'Looked at it again on the call."""\n'
    text += 'reason = "Not part of the boundary"\n' if status == "na" else ""
    text += "done = 2027-01-05\n" if status == "done" else ""
    for piece in range(2):
        key = hashlib.sha256(f"{number}.{piece}".encode()).hexdigest()
        text += (
            f'\n[[item."i{number}".evidence]]\nid = "{key[:6]}"\n'
            f'link = "https://evidence.example/{key[:12]}"\nlabel = "Export {number}.{piece}"\n'
            'kind = "url"\ncollected = 2027-01-04\n'
        )
    return text
