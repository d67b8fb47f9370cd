"""The classic example: a fictional service three weeks before its JAB kick-off."""

from fedcheck.demo.story import ItemOverride, Pace, Story

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


PACES: dict[tuple[str, str, str], Pace] = {
    ("readiness", "csp", ""): Pace(100, 0, -110, -62),
    ("readiness", "3pao", ""): Pace(100, 0, -96, -62),
    ("readiness", "pmo", ""): Pace(100, 0, -70, -41),
    ("full-assessment", "csp", ""): Pace(100, 0, -60, -37),
    ("full-assessment", "csp", "support-assessment"): Pace(100, 0, -44, -30),
    ("full-assessment", "csp", "poam"): Pace(80, 15, -9, -1),
    ("full-assessment", "csp", "submit"): Pace(0, 30, -6, -1),
    ("full-assessment", "3pao", ""): Pace(100, 0, -30, -8),
    ("full-assessment", "3pao", "sap"): Pace(100, 0, -44, -31),
    ("full-assessment", "3pao", "sar"): Pace(75, 25, -9, -1),
    ("full-assessment", "3pao", "sar-appendices"): Pace(85, 10, -9, -1),
    ("full-assessment", "3pao", "submit"): Pace(0, 30, -6, -1),
    ("kick-off", "csp", ""): Pace(20, 40, -8, -1),
    ("kick-off", "3pao", ""): Pace(0, 30, -4, -1),
}
"""How far each phase, role and section is (no section: the rest); all else is still to do."""


ITEM_OVERRIDES: dict[str, ItemOverride] = {
    "rev5.full-assessment.csp:cp-test": ItemOverride(
        status="doing",
        owner="dana",
        due=-3,
        note="Failover of the ledger database worked in 41 minutes; the report still lacks the\n"
        "restore of the document store. Erik repeats that part on Thursday.",
    ),
    "rev5.full-assessment.csp:app-q": ItemOverride(
        status="done",
        owner="erik",
        note="Two load balancer modules are on the CMVP historical list; the vendor expects the\n"
        "140-3 certificate before submission.",
    ),
    "rev5.full-assessment.csp:poam-template": ItemOverride(status="done", owner="alice", day=-9),
    "rev5.full-assessment.csp:poam-from-ret": ItemOverride(status="done", owner="alice", day=-6),
    "rev5.full-assessment.csp:poam-all-open": ItemOverride(status="done", owner="alice", day=-5),
    "rev5.full-assessment.csp:poam-fields": ItemOverride(status="done", owner="alice", day=-4),
    "rev5.full-assessment.csp:poam-config": ItemOverride(
        status="blocked",
        owner="erik",
        reason="The scanner export lacks the rule ids; vendor ticket MER-412 is open",
        day=-5,
    ),
    "rev5.full-assessment.csp:poam-no-high": ItemOverride(
        status="doing", owner="alice", due=5, note="One High remains: V-014, patch in test."
    ),
    "rev5.full-assessment.csp:poam-vd": ItemOverride(
        status="done", owner="erik", evidence_day=-26, day=-6
    ),
    "rev5.full-assessment.csp:app-l": ItemOverride(
        status="na", owner="alice", reason="No laws or regulations beyond the template's list apply"
    ),
    "rev5.full-assessment.csp:review-sar": ItemOverride(status="doing", owner="alice", due=3),
    "rev5.full-assessment.csp:markings": ItemOverride(status="done", owner="alice", lost_file=True),
    "rev5.full-assessment.csp:ssp-signed": ItemOverride(status="done", owner="alice", day=-36),
    "rev5.full-assessment.3pao:sap-final": ItemOverride(status="done", owner="bob", day=-34),
    "rev5.full-assessment.3pao:scan-web": ItemOverride(
        status="done", result="satisfied", owner="bob", evidence_day=-116, day=-30
    ),
    "rev5.full-assessment.3pao:scan-db": ItemOverride(
        status="done", result="satisfied", owner="bob", evidence_day=-119, day=-30
    ),
    "rev5.full-assessment.3pao:scan-infra": ItemOverride(
        status="done", result="satisfied", owner="bob", evidence_day=-21, day=-20
    ),
    "rev5.full-assessment.3pao:pen-1": ItemOverride(
        status="done", result="satisfied", owner="carol", evidence_day=-18, day=-16
    ),
    "rev5.full-assessment.3pao:pen-3": ItemOverride(
        status="done",
        result="other-than-satisfied",
        owner="carol",
        evidence_day=-17,
        day=-15,
        note="Management API accepts session tokens of the tenant console.",
    ),
    "rev5.full-assessment.3pao:site-visit": ItemOverride(
        status="blocked",
        owner="carol",
        reason="The data center in Ashburn accepts visitors again starting Thursday",
        day=-8,
    ),
    "rev5.full-assessment.3pao:pen-5": ItemOverride(
        status="na",
        result="not-applicable",
        owner="carol",
        reason="The offering has no mobile application",
        day=-18,
    ),
    "rev5.full-assessment.3pao:scan-container": ItemOverride(
        status="done", result="satisfied", owner="bob", evidence_day=-22, day=-19
    ),
    "rev5.full-assessment.3pao:srtm-final": ItemOverride(
        status="doing", owner="bob", due=2, note="SC and SI still need to be compared with the RET."
    ),
    "rev5.full-assessment.3pao:authn-methods": ItemOverride(
        status="done", result="other-than-satisfied", owner="bob", day=-9
    ),
    "rev5.full-assessment.3pao:package-notice": ItemOverride(status="done", owner="bob", day=-8),
    "jab.kick-off.csp:attendees": ItemOverride(status="done", owner="alice", day=-4),
}
"""The items that have a story of their own."""

FINDINGS = """format = 1

[[finding]]
id = "f3k9"
title = "Management API accepts session tokens of the tenant console"
risk = "moderate"
state = "open"
items = ["rev5.full-assessment.3pao:pen-3"]
text = "The management interface accepts console tokens because it does not check the audience."
plan = "Bind tokens to their audience; release 4.12"
owner = "erik"
found = {-15}
due = {+75}
likelihood = "moderate"
impact = "high"
recommendation = "Check the audience of every token at the management interface."
assets = ["api-gw-1", "api-gw-2"]
steps = ["{+40}: audience check in release 4.12", "{+75}: retest by the assessor"]
"""
"""The findings so far; one other-than-satisfied test has none yet, and the gate states so."""

REQUESTS = """format = 1

[[request]]
id = "q7wd"
title = "Screenshot of the session lock after 15 minutes, from a production console"
kind = "evidence"
state = "open"
by = "bob"
to = "dana"
asked = {-9}
due = {-2}

[[request]]
id = "m2vx"
title = "Export of the border firewall rules of both regions"
kind = "evidence"
state = "answered"
by = "carol"
to = "erik"
asked = {-9}
due = {-2}
answer = "In evidence/border-rules.txt"
"""
"""What the assessor has asked of the provider."""

STORY = Story(
    process="jab",
    name="Meridian Ledger",
    provider="Meridian Systems, Inc.",
    profile={},
    role="csp",
    lead="alice",
    finder="carol",
    milestones=MILESTONES,
    people=PEOPLE,
    owners=OWNERS,
    paces=PACES,
    overrides=ITEM_OVERRIDES,
    findings=FINDINGS,
    requests=REQUESTS,
    evidence_address="https://grc.meridian.example/evidence/",
    ticket_prefix="MER",
)
