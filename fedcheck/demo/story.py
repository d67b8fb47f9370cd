"""What is told by the example: who, when, and what is out of the ordinary. All of it is fictional.

Days count from today: -3 is three days ago. Items that a checklist does not have are left out.
"""

from dataclasses import dataclass

NAME = "Meridian Ledger"
PROVIDER = "Meridian Systems, Inc."
MARKING = "Fictional example. Contains no real data"
TIMEZONE = "America/New_York"

MILESTONES: dict[str, int] = {
    "prioritized": -68,
    "rar": -60,
    "ready-conversation": -48,
    "ready": -41,
    "kick-off": 21,
}
"""Milestones with a date of their own, in days from today."""

PEOPLE: dict[str, tuple[str, str]] = {
    "alice": ("Alice Ngata", "csp"),
    "dana": ("Dana Whitfield", "csp"),
    "erik": ("Erik Solberg", "csp"),
    "bob": ("Bob Tanaka", "3pao"),
    "carol": ("Carol Reyes", "3pao"),
    "pat": ("Pat Lindqvist", "pmo"),
    "jo": ("Jo Abernathy", "jab"),
}
"""Who takes part: full name and role."""

OWNERS: dict[str, tuple[str, ...]] = {
    "csp": ("alice", "dana", "erik"),
    "3pao": ("bob", "carol"),
    "pmo": ("pat",),
    "jab": ("jo",),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a role is in a phase: share done and in progress in percent, and since when."""

    done: int
    doing: int
    first_day: int
    last_day: int


PACES: dict[tuple[str, str], Pace] = {
    ("readiness", "csp"): Pace(100, 0, -110, -62),
    ("readiness", "3pao"): Pace(100, 0, -96, -62),
    ("readiness", "pmo"): Pace(100, 0, -70, -41),
    ("full-assessment", "csp"): Pace(80, 10, -60, -2),
    ("full-assessment", "3pao"): Pace(62, 14, -44, -1),
    ("full-assessment", "pmo"): Pace(0, 20, -3, -1),
    ("kick-off", "csp"): Pace(20, 20, -8, -1),
    ("kick-off", "3pao"): Pace(0, 25, -4, -1),
}
"""The phases that have begun; all else is still to do."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is out of the ordinary about an item; empty fields leave it as it would be."""

    status: str = ""
    result: str = ""
    owner: str = ""
    due: int | None = None
    note: str = ""
    reason: str = ""
    evidence_day: int | None = None
    lost_file: bool = False
    day: int | None = None


TURNS: dict[str, Turn] = {
    "rev5.full-assessment.csp:cp-test": Turn(
        status="doing",
        owner="dana",
        due=-3,
        note="Failover of the ledger database worked in 41 minutes; the report still lacks the\n"
        "restore of the document store. Erik repeats that part on Thursday.",
    ),
    "rev5.full-assessment.csp:app-q": Turn(
        status="doing",
        owner="erik",
        due=2,
        note="Two load balancer modules are on the CMVP historical list; vendor confirms that the\n"
        "140-3 certificate is expected before submission.",
    ),
    "rev5.full-assessment.csp:third-party-permits": Turn(
        status="blocked",
        owner="dana",
        reason="The landlord of the Ashburn site has not signed the permission to test yet",
        day=-11,
    ),
    "rev5.full-assessment.csp:poam-no-high": Turn(
        status="doing", owner="alice", due=5, note="One High left: V-014, patch in test."
    ),
    "rev5.full-assessment.csp:poam-vd": Turn(status="done", evidence_day=-26),
    "rev5.full-assessment.csp:app-l": Turn(
        status="na", owner="alice", reason="No laws or regulations beyond the template's list apply"
    ),
    "rev5.full-assessment.csp:ir-test": Turn(status="done", owner="dana", evidence_day=-30),
    "rev5.full-assessment.csp:markings": Turn(status="done", owner="alice", lost_file=True),
    "rev5.full-assessment.csp:ssp-signed": Turn(status="done", owner="alice", day=-36),
    "rev5.full-assessment.3pao:sap-final": Turn(status="done", owner="bob", day=-34),
    "rev5.full-assessment.3pao:scan-web": Turn(
        status="done", result="satisfied", owner="bob", evidence_day=-116, day=-30
    ),
    "rev5.full-assessment.3pao:scan-db": Turn(
        status="done", result="satisfied", owner="bob", evidence_day=-119, day=-30
    ),
    "rev5.full-assessment.3pao:scan-infra": Turn(
        status="done", result="satisfied", owner="bob", evidence_day=-21, day=-20
    ),
    "rev5.full-assessment.3pao:pen-1": Turn(
        status="done", result="satisfied", owner="carol", evidence_day=-18, day=-16
    ),
    "rev5.full-assessment.3pao:pen-3": Turn(
        status="done",
        result="other-than-satisfied",
        owner="carol",
        evidence_day=-17,
        day=-15,
        note="Session token of the tenant console is accepted by the management API.",
    ),
    "rev5.full-assessment.3pao:pen-4": Turn(
        status="blocked",
        owner="carol",
        reason="The second full production tenant has no privileged account yet",
        day=-8,
    ),
    "rev5.full-assessment.3pao:pen-5": Turn(
        status="na",
        result="not-applicable",
        owner="carol",
        reason="The offering has no mobile application",
        day=-18,
    ),
    "rev5.full-assessment.3pao:scan-container": Turn(
        status="done", result="satisfied", owner="bob", evidence_day=-22, day=-19
    ),
    "rev5.full-assessment.3pao:srtm-steps": Turn(
        status="doing", owner="bob", due=4, note="612 of 875 steps worked; SC and SI are open."
    ),
    "rev5.full-assessment.3pao:authn-methods": Turn(
        status="done", result="other-than-satisfied", owner="bob", day=-9
    ),
    "jab.kick-off.csp:attendees": Turn(status="done", owner="alice", day=-4),
}
"""The items that have a story of their own."""

FINDINGS = """format = 1

[[finding]]
id = "f3k9"
title = "Session token of the tenant console is accepted by the management API"
risk = "moderate"
state = "open"
items = ["rev5.full-assessment.3pao:pen-3"]
plan = "Bind tokens to their audience; release 4.12"
owner = "erik"
due = {due}
"""
"""The findings so far; one other-than-satisfied test has none yet, and the gate says so."""

REQUESTS = """format = 1

[[request]]
id = "q7wd"
title = "Screenshot of the session lock after 15 minutes, from a production console"
kind = "evidence"
state = "open"
by = "bob"
to = "dana"
asked = {asked}
due = {due}

[[request]]
id = "m2vx"
title = "Export of the border firewall rules of both regions"
kind = "evidence"
state = "answered"
by = "carol"
to = "erik"
asked = {asked}
due = {due}
answer = "In evidence/border-rules.txt"
"""
"""What the assessor has asked of the provider."""
