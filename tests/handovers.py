"""A workspace of an assessor with something of each kind, and both sides of its hand-over."""

import hashlib
import zipfile
from pathlib import Path

HEAD = 'marking = "CUI // SP-ISVI"\nprovider = "Meridian"\n'

PEOPLE = """
[people.alice]
name = "Alice Ngata"
role = "3pao"
contact = "alice@assessor.example"

[people.dana]
name = "Dana Whitfield"
role = "csp"
"""

INTERNAL = """format = 1
id = "acme.internal"
process = ["jab"]
phase = "readiness"
role = "csp"
title = "INTERNALWORD tracker"
audience = "internal"

[[section]]
id = "s"
title = "Section"

  [[section.item]]
  id = "quote"
  title = "INTERNALWORD item"
"""

PRIVATE = INTERNAL.replace("acme.internal", "acme.private").replace("INTERNALWORD", "PRIVATEWORD")

OWN = (
    INTERNAL.replace("acme.internal", "acme.shared")
    .replace("INTERNALWORD", "Shared")
    .replace('audience = "internal"\n', "# COMMENTWORD\n")
    + '  needs = ["acme.internal:quote"]\n  due = "acme.internal:quote + 3d"\n'
)

REQUESTS = """format = 1

[[request]]
id = "r1"
title = "Send the crypto table"
kind = "evidence"
by = "alice"
to = "dana"
asked = 2027-01-04
items = ["rev5.readiness.csp:crypto-table", "acme.internal:quote"]

[[request]]
id = "r2"
title = "PMOWORD question"
by = "pmo"
to = "3pao"
asked = 2027-01-04
"""

FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "Weak ciphers"
risk = "moderate"
found = 2027-01-05
due = 2027-04-05
items = ["rev5.readiness.3pao:mandate-1-fips"]
text = "TLS 1.0 is on. Seen by Alice Ngata."

[[finding]]
id = "f2"
title = "HIDDENWORD finding"
risk = "low"
found = 2027-01-05
due = 2027-07-04
items = ["acme.internal:quote"]
"""

PROGRESS = {
    "rev5.readiness.3pao": """[item."mandate-1-fips"]
status = "done"
result = "other-than-satisfied"
observation = "TESTNOTEWORD"
note = "WORKNOTEWORD"
tester = "alice"
reviewer = "REVIEWERWORD"
review = "agreed"

[item."no-shared-accounts"]
status = "doing"
note = "NOTYETWORD"
""",
    "rev5.readiness.csp": """[item."crypto-table"]
status = "doing"
owner = "dana"
note = "Shared note"
future-key = "UNKNOWNWORD"

[[item."crypto-table".evidence]]
id = "e1"
link = "evidence/table.txt"
kind = "file"
sha256 = "HASH"

[[item."crypto-table".evidence]]
id = "e2"
link = "private/plan.txt"
kind = "file"

[[item."crypto-table".evidence]]
id = "e3"
link = "/home/HOMEWORD/scan.txt"
kind = "file"
""",
    "acme.internal": '[item."quote"]\nstatus = "doing"\nnote = "INTERNALWORD note"\n',
}

SECRET = (
    "INTERNALWORD", "PRIVATEWORD", "PMOWORD", "HIDDENWORD", "TESTNOTEWORD", "WORKNOTEWORD",
    "REVIEWERWORD", "NOTYETWORD", "UNKNOWNWORD", "HOMEWORD", "COMMENTWORD", "HISTORYWORD",
    "LOCALWORD", "private/", "acme.internal", "acme.private", "assessor.example",
)  # fmt: skip
"""What stands only in private or internal files, in the history, local state or work of ours."""

TABLE = b"AES-256-GCM\n"


def fill(root: Path) -> Path:
    """Fill a small workspace of the role 3pao; return it."""
    head = root / "fedcheck.toml"
    head.write_text(head.read_text() + PEOPLE)
    (root / "requests.toml").write_text(REQUESTS)
    (root / "findings.toml").write_text(FINDINGS)
    (root / "checklists/acme.internal.toml").write_text(INTERNAL)
    (root / "checklists/acme.shared.toml").write_text(OWN)
    for folder in ("private/checklists", "private/progress", "history", ".fedcheck", "evidence"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "private/checklists/acme.private.toml").write_text(PRIVATE)
    (root / "private/plan.txt").write_text("PRIVATEWORD plan")
    note = '[item."crypto-table"]\nnote = "PRIVATEWORD note"\n'
    name = "rev5.readiness.csp"
    (root / f"private/progress/{name}.toml").write_text(
        f'format = 1\nchecklist = "{name}"\n\n{note}'
    )
    (root / "history/old.txt").write_text("HISTORYWORD")
    (root / ".fedcheck/note.txt").write_text("LOCALWORD")
    (root / "evidence/table.txt").write_bytes(TABLE)
    for name, text in PROGRESS.items():
        text = text.replace("HASH", hashlib.sha256(TABLE).hexdigest())
        whole = f'format = 1\nchecklist = "{name}"\n\n{text}'
        (root / f"progress/{name}.toml").write_text(whole)
    return root


def unpack(package: Path, folder: Path) -> Path:
    """Unpack a package that we made ourselves."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder
