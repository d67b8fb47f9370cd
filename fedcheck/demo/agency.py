"""The agency example: a fictional Moderate service five weeks before its SAR debrief."""

from fedcheck.demo.story import ItemOverride, Pace, Story

PACES: dict[tuple[str, str, str], Pace] = {
    ("readiness", "csp", ""): Pace(100, 0, -260, -200),
    ("readiness", "3pao", ""): Pace(100, 0, -235, -205),
    ("readiness", "pmo", ""): Pace(100, 0, -203, -190),
    ("partnership", "csp", ""): Pace(100, 0, -210, -155),
    ("partnership", "agency", ""): Pace(100, 0, -190, -150),
    ("partnership", "pmo", ""): Pace(100, 0, -188, -180),
    ("kick-off", "csp", ""): Pace(100, 0, -149, -118),
    ("kick-off", "agency", ""): Pace(100, 0, -149, -116),
    ("kick-off", "3pao", ""): Pace(100, 0, -140, -118),
    ("kick-off", "pmo", ""): Pace(100, 0, -138, -110),
    ("package", "csp", ""): Pace(100, 0, -120, -62),
    ("package", "csp", "support-assessment"): Pace(70, 30, -58, -2),
    ("package", "csp", "poam"): Pace(20, 60, -10, -1),
    ("package", "csp", "submit"): Pace(0, 30, -8, -1),
    ("package", "agency", ""): Pace(100, 0, -100, -60),
    ("assessment", "csp", ""): Pace(10, 40, -20, -1),
    ("assessment", "3pao", ""): Pace(48, 30, -24, -1),
    ("assessment", "3pao", "sap"): Pace(100, 0, -58, -32),
    ("assessment", "3pao", "plan"): Pace(100, 0, -58, -32),
    ("assessment", "3pao", "sar"): Pace(0, 30, -6, -1),
    ("assessment", "3pao", "sar-appendices"): Pace(0, 20, -6, -1),
    ("assessment", "3pao", "submit"): Pace(0, 0, -6, -1),
    ("assessment", "3pao", "debrief"): Pace(0, 10, -4, -1),
    ("assessment", "agency", "plan"): Pace(100, 0, -46, -32),
    ("assessment", "pmo", ""): Pace(0, 50, -10, -1),
    ("ato", "csp", "monitoring"): Pace(0, 100, -30, -2),
    ("conmon", "csp", "monthly-scans"): Pace(60, 30, -28, -2),
}
"""How far each phase, role and section is: the SSP is approved and the tests are under way."""

ITEM_OVERRIDES: dict[str, ItemOverride] = {
    "agency.partnership.csp:dod-path": ItemOverride(
        status="na", owner="nora", day=-170, reason="The partner is a civilian agency"
    ),
    "agency.partnership.csp:partner-change": ItemOverride(
        status="na", owner="nora", day=-100, reason="The partner has not changed"
    ),
    "agency.partnership.agency:official-change": ItemOverride(
        status="na", owner="liam", day=-100, reason="The authorizing official has not changed"
    ),
    "agency.kick-off.agency:own-assessor": ItemOverride(
        status="na", owner="liam", day=-140, reason="The assessor is a FedRAMP recognized 3PAO"
    ),
    "agency.kick-off.csp:wbs-updated": ItemOverride(
        status="doing",
        owner="nora",
        due=3,
        day=-9,
        note="The debrief moved by one week. The agency has to sign the new dates.",
    ),
    "agency.package.csp:specific-appendix": ItemOverride(
        status="na", owner="nora", day=-96, reason="The agency has no requirements of its own"
    ),
    "rev5.full-assessment.csp:poam-dr": ItemOverride(status="doing", owner="nora", due=14, day=-3),
    "rev5.full-assessment.csp:poam-vd": ItemOverride(
        status="blocked",
        owner="samir",
        day=-5,
        reason="The database vendor has not named a date for its fix; support case 20418 is open",
    ),
    "rev5.full-assessment.csp:oversee": ItemOverride(
        status="doing",
        owner="samir",
        due=-2,
        day=-12,
        note="The assessors still wait for read access to the paging service.",
    ),
    "rev5.full-assessment.3pao:encryption-status": ItemOverride(
        status="done", result="other-than-satisfied", owner="yuki", day=-7
    ),
    "rev5.full-assessment.3pao:authn-methods": ItemOverride(
        status="done", result="satisfied", owner="yuki", day=-11
    ),
    "rev5.full-assessment.3pao:scan-container": ItemOverride(
        status="done", result="other-than-satisfied", owner="omar", day=-6
    ),
    "agency.assessment.csp:poam-two-weeks": ItemOverride(
        status="doing", owner="nora", due=19, day=-4
    ),
    "agency.assessment.csp:combined-meeting": ItemOverride(
        status="na", owner="nora", day=-30, reason="The kick-off was held before the assessment"
    ),
    "agency.assessment.csp:brief-open": ItemOverride(status="doing", owner="nora", due=26, day=-2),
}
"""The items that have a story of their own."""

FINDINGS = """format = 1

[[finding]]
id = "q7mz"
title = "Internal queue traffic is encrypted without a validated module"
risk = "high"
state = "open"
items = ["rev5.full-assessment.3pao:encryption-status"]
text = "Workers connect to the queue with TLS from a library that has no FIPS 140 certificate."
plan = "Move the workers to the validated build of the library; release 9.2"
owner = "samir"
found = {-7}
due = {+23}
likelihood = "moderate"
impact = "high"
recommendation = "Use a validated module for every connection that carries federal data."
steps = ["{+9}: validated build in staging", "{+16}: release 9.2", "{+20}: retest by the assessor"]

[[finding]]
id = "c2vd"
title = "Two container images are older than 30 days"
risk = "moderate"
state = "open"
items = ["rev5.full-assessment.3pao:scan-container"]
text = "The reporting images were last scanned 44 days ago."
plan = "Rebuild all images every week in the pipeline"
owner = "samir"
found = {-6}
due = {+60}
likelihood = "moderate"
impact = "moderate"
recommendation = "Rebuild and scan images on a schedule."
steps = ["{+12}: weekly rebuild", "{+40}: retest by the assessor"]

[[finding]]
id = "h5tk"
title = "Two administrators have not renewed their training"
risk = "low"
state = "open"
items = ["rev5.full-assessment.3pao:interviews"]
text = "The annual role-based training of two administrators ended last month."
owner = "nora"
found = {-4}
due = {+150}
likelihood = "low"
impact = "low"
recommendation = "Renew the training, and alert administrators before it ends."
"""
"""What the assessor has found so far."""

REQUESTS = """format = 1

[[request]]
id = "d8pw"
title = "List of all flows to the message queue with module and certificate"
kind = "evidence"
state = "open"
by = "yuki"
to = "samir"
asked = {-6}
due = {-1}
items = ["rev5.full-assessment.3pao:encryption-status"]

[[request]]
id = "b4ns"
title = "Which risks will the agency have to accept?"
kind = "question"
state = "answered"
by = "liam"
to = "nora"
asked = {-9}
due = {+5}
items = ["agency.assessment.csp:brief-deviations"]
answer = "Two operational requirements so far; the list follows with the draft POA&M."

[[request]]
id = "x1gf"
title = "Contingency test report with the lessons learned"
kind = "evidence"
state = "accepted"
by = "omar"
to = "nora"
asked = {-21}
due = {-14}
items = ["rev5.full-assessment.3pao:cp-ir-valid"]
answer = "Uploaded to the repository, folder Contingency"
"""
"""What the parties have asked of each other."""

STORY = Story(
    process="agency",
    name="Harborline Permits",
    provider="Harborline, Inc.",
    profile={"impact": "moderate"},
    role="csp",
    lead="nora",
    finder="yuki",
    milestones={
        "rar": -205,
        "ready": -190,
        "in-process-request": -150,
        "wbs-accepted": -132,
        "kick-off": -118,
        "in-process": -110,
        "ssp-approved": -60,
        "sap-approved": -32,
        "assessment-start": -24,
        "sar-final": 19,
        "sar-debrief": 33,
        "ato": 96,
        "package-complete": 103,
    },
    people={
        "nora": ("Nora Beck", "csp"),
        "samir": ("Samir Haddad", "csp"),
        "yuki": ("Yuki Tanaka", "3pao"),
        "omar": ("Omar Reyes", "3pao"),
        "liam": ("Liam Foster", "agency"),
        "gail": ("Gail Marsh", "pmo"),
    },
    owners={
        "csp": ("nora", "samir"),
        "3pao": ("yuki", "omar"),
        "agency": ("liam",),
        "pmo": ("gail",),
    },
    paces=PACES,
    overrides=ITEM_OVERRIDES,
    findings=FINDINGS,
    requests=REQUESTS,
    evidence_address="https://evidence.harborline.example/",
    ticket_prefix="HAR",
)
"""The example as a whole."""
