"""The cr26 example: a fictional 20x Class B service five weeks before it applies."""

from fedcheck.demo.certification_results import RESULTS
from fedcheck.demo.story import ItemOverride, Pace, Story

PACES: dict[tuple[str, str, str], Pace] = {
    ("prepare", "csp", ""): Pace(100, 0, -120, -104),
    ("prepare", "agency", ""): Pace(60, 20, -70, -12),
    ("recognition", "3pao", ""): Pace(100, 0, -150, -96),
    ("list", "csp", ""): Pace(100, 0, -102, -86),
    ("build", "csp", ""): Pace(100, 0, -84, -5),
    ("build", "csp", "automation"): Pace(60, 40, -40, -2),
    ("build", "csp", "package-quality"): Pace(0, 60, -9, -1),
    ("build", "csp", "vulnerability-detection"): Pace(85, 15, -50, -2),
    ("assess", "csp", ""): Pace(60, 30, -15, -1),
    ("assessment", "3pao", ""): Pace(0, 60, -14, -1),
    ("operate", "csp", "security-inbox"): Pace(100, 0, -70, -50),
    ("operate", "csp", "incident-evaluation"): Pace(60, 30, -30, -3),
    ("operate", "csp", "incident-reports"): Pace(60, 30, -30, -3),
    ("operate", "csp", "vulnerability-detection"): Pace(60, 30, -28, -2),
    ("operate", "csp", "vulnerability-response"): Pace(60, 30, -28, -2),
    ("operate", "csp", "vulnerability-evaluation"): Pace(45, 35, -28, -1),
    ("operate", "csp", "vulnerability-reports"): Pace(10, 50, -20, -1),
    ("operate", "csp", "changes"): Pace(30, 20, -25, -2),
}
"""How far each phase, role and section is: the package is written, the assessment is under way."""

ITEM_OVERRIDES: dict[str, ItemOverride] = {
    "cr26.list.csp:mkt-iip-dcp": ItemOverride(
        status="done", owner="mara", day=-86, evidence_day=-86
    ),
    "cr26.build.csp:afc-cso-emr": ItemOverride(
        status="doing",
        owner="theo",
        due=-3,
        day=-8,
        note="The on-call pager is in the routing table and was tested.\n"
        "The deputy's number is not tested yet.",
    ),
    "cr26.build.csp:cds-trc-pac": ItemOverride(
        status="blocked",
        owner="theo",
        day=-11,
        reason="The trust center vendor documents the bulk download in its next release; vendor "
        "ticket NOR-318 is open",
    ),
    "cr26.build.csp:cds-cso-rps": ItemOverride(
        status="na",
        owner="mara",
        day=-41,
        reason="The package is shared only in the trust center; to be reconsidered after "
        "certification",
    ),
    "cr26.build.csp:cpo-cso-ovr": ItemOverride(status="doing", owner="mara", due=7, day=-6),
    "cr26.assess.csp:cpo-cso-osa": ItemOverride(status="todo"),
    "cr26.build.csp:scg-enh-api": ItemOverride(
        status="na",
        owner="ines",
        day=-33,
        reason="Customers can read all settings by API. Changes stay in the console because each "
        "needs approval by a second administrator",
    ),
    "cr26.build.csp:scg-enh-mrg": ItemOverride(status="doing", owner="ines", due=21, day=-5),
    "cr26.build.csp:sdr-cso-frr": ItemOverride(
        status="doing",
        owner="mara",
        due=12,
        day=-4,
        note="Decisions about scope, data sharing and cryptography are written.\n"
        "Decisions about ongoing certification are in review.",
    ),
    "cr26.build.csp:sdr-csx-ksi": ItemOverride(status="doing", owner="mara", due=12, day=-3),
    "cr26.build.csp:ksi-iam-snu": ItemOverride(
        status="doing",
        owner="ines",
        due=9,
        day=-7,
        note="Workloads sign in with short-lived tokens of the cluster.\n"
        "The batch importer still has a static key; its replacement is in test.",
    ),
    "cr26.build.csp:ksi-rpl-trc": ItemOverride(
        status="doing",
        owner="ines",
        due=16,
        day=-6,
        note="The database was restored in 38 minutes, within the objective of one hour.\n"
        "The search index will be restored in the second test.",
    ),
    "cr26.build.csp:ksi-svc-prr": ItemOverride(
        status="na",
        owner="ines",
        day=-29,
        reason="Optional in Class B. Every release replaces all containers; nothing is left behind",
    ),
    "cr26.build.csp:ksi-ced-rat": ItemOverride(status="done", owner="theo", day=-1),
    "cr26.build.csp:vdr-cso-sir": ItemOverride(
        status="na", owner="theo", day=-24, reason="All resources are scanned; no samples are used"
    ),
    "cr26.assess.csp:frc-app-fia": ItemOverride(status="doing", owner="mara", due=20, day=-15),
    "cr26.assess.csp:frc-app-usa": ItemOverride(
        status="na",
        owner="mara",
        day=-15,
        reason="The assessment is current when Northlight applies",
    ),
    "cr26.assess.csp:ivv-cso-sei": ItemOverride(status="done", owner="ines", day=-12),
    "cr26.assess.csp:ivv-cso-see": ItemOverride(status="doing", owner="theo", due=5, day=-4),
    "cr26.assess.csp:ivv-cso-icp": ItemOverride(status="todo"),
    "cr26.assessment.3pao:ivv-ias-vim": ItemOverride(
        status="doing",
        owner="ravi",
        due=10,
        day=-9,
        note="Seven of ten themes are verified. Identity and recovery wait for evidence.",
    ),
    "cr26.assessment.3pao:ivv-ias-epx": ItemOverride(status="done", owner="june", day=-10),
    "cr26.assessment.3pao:ivv-ias-sum": ItemOverride(status="doing", owner="june", due=18, day=-2),
    "cr26.assessment.3pao:ivv-ias-osa": ItemOverride(status="todo", owner="ravi"),
    "cr26.assessment.3pao:ivv-ias-vip": ItemOverride(status="todo"),
    "cr26.apply.csp:frc-cso-pkg": ItemOverride(status="doing", owner="mara", due=30, day=-2),
    "cr26.operate.csp:vdr-tfr-pdd": ItemOverride(
        status="done", owner="theo", day=-33, evidence_day=-33
    ),
    "cr26.operate.csp:vdr-tfr-psd": ItemOverride(
        status="na", owner="theo", day=-24, reason="All resources are scanned; no samples are used"
    ),
    "cr26.operate.csp:ccm-ocr-avl": ItemOverride(
        status="doing",
        owner="mara",
        due=24,
        day=-3,
        note="The package needs one report, which may be a sample.",
    ),
    "cr26.operate.csp:ccm-ocr-sor": ItemOverride(status="done", owner="mara", day=-18),
    "cr26.authorize.agency:agu-use-rcf": ItemOverride(status="doing", owner="sol", day=-5),
}
"""The items that have a story of their own."""

NOTES: dict[str, str] = {
    "cmu-cso-cmd": "Modules are listed by service, with the CMVP certificate where there is one.",
    "cds-cso-utc": "The trust center of our vendor holds the package; agencies sign in with PIV.",
    "mas-cso-iir": "The scope is one cloud account set: production, logging, backup, pipeline.",
    "mas-cso-tpr": "Three third-party resources are documented: email, paging, error tracking.",
    "vdr-cso-det": "Images, hosts, dependencies, configuration and the web interface are scanned.",
    "vdr-cso-res": "Every detection opens a ticket with a rating and a due date.",
    "ksi-ced-rat": "Training is reviewed every quarter against phishing and incident results.",
    "ksi-cmt-lmc": "The pipeline and the cloud audit log record every change and alert on-call.",
    "ksi-cmt-rmv": "Servers are replaced from version control. Nobody has manual write access.",
    "ksi-cmt-rvp": "The change procedure is reviewed twice a year with the failed changes.",
    "ksi-cmt-vtd": "Each change passes unit, security and canary tests before it is promoted.",
    "ksi-cna-dfp": "Every service has its own role, limited to the calls it needs.",
    "ksi-cna-eis": "A controller restores the declared state within five minutes.",
    "ksi-cna-ibp": "Settings of the cloud provider are compared with its benchmark every day.",
    "ksi-cna-mat": "Images hold one binary; services reach each other through the mesh only.",
    "ksi-cna-ofa": "Services run in three zones; users do not notice if one fails.",
    "ksi-cna-rnt": "Default deny in both directions; egress passes through one proxy with an "
    "allowlist.",
    "ksi-cna-rvp": "Denial-of-service protection is tested with the provider once a year.",
    "ksi-cna-uln": "Tenants have separate networks; policy tests run in the pipeline.",
    "ksi-iam-aam": "Accounts follow the directory; leavers lose access within the hour.",
    "ksi-iam-apm": "Staff sign in with passkeys. Customers bring PIV or their identity provider.",
    "ksi-iam-elp": "Access reviews of all roles run every month by script.",
    "ksi-iam-jit": "Privileged access is granted for one hour, with a ticket and a second person.",
    "ksi-iam-sus": "Impossible travel and mass reads lock the account and page on-call.",
    "ksi-inr-aar": "Each incident ends with a report in ten days; actions are tracked.",
    "ksi-inr-rir": "The incident plan is exercised twice a year with support and legal.",
    "ksi-inr-rpi": "Incidents of the last 24 months were reviewed for patterns in the spring.",
    "ksi-mla-ala": "Log access is granted on request, for four hours, and is itself logged.",
    "ksi-mla-evc": "Policy checks of every resource run each hour.",
    "ksi-mla-let": "The list of event types is kept with the code that emits them.",
    "ksi-mla-osm": "Logs go to a SIEM in a separate account, on write-once storage.",
    "ksi-mla-rvl": "Detections run on all logs; an analyst reads the daily summary.",
    "ksi-piy-giv": "The inventory is generated from the cloud and cluster interfaces each hour.",
    "ksi-piy-res": "The board reviews and funds the security goals every quarter.",
    "ksi-piy-ris": "Once a year, security spending is compared with the risks it reduced.",
    "ksi-piy-rsd": "Security gates of the pipeline are reviewed against the defects that passed "
    "them.",
    "ksi-piy-rvd": "The disclosure program is public; reports are answered within two days.",
    "ksi-rpl-abo": "Backups every 15 minutes, in a second region, encrypted with another key.",
    "ksi-rpl-arp": "The recovery plan has one runbook for each objective.",
    "ksi-rpl-rro": "Recovery time one hour, recovery point 15 minutes; set by the product owner.",
    "ksi-scr-mit": "Suppliers are rated once a year; two were replaced.",
    "ksi-scr-mon": "Advisories of all dependencies open tickets within the hour.",
    "ksi-svc-acm": "Configuration is code; drift is reported and reverted.",
    "ksi-svc-asm": "Keys rotate every 30 days in the key service; no person reads them.",
    "ksi-svc-eis": "One team month per quarter goes into security improvements.",
    "ksi-svc-rud": "Customer data is deleted within 14 days of a request, with a certificate.",
    "ksi-svc-sin": "Data is encrypted at rest and in transit with keys of the tenant.",
    "ksi-svc-vcm": "Services check each other's certificates on every call.",
    "ksi-svc-vri": "Images and releases are signed; the cluster refuses others.",
}
"""What was decided about items that have begun, by the id of the item."""

FINDINGS = """format = 1

[[finding]]
id = "n4ke"
title = "Batch importer signs in with a static key"
risk = "moderate"
state = "open"
items = ["cr26.build.csp:ksi-iam-snu"]
text = "The key of the batch importer is 14 months old, and two people can read it."
plan = "Replace the key by tokens of the cluster; delete it after one week without use"
owner = "ines"
found = {-9}
due = {+20}
likelihood = "moderate"
impact = "moderate"
recommendation = "Use short-lived tokens for all service accounts."
steps = ["{+9}: tokens in production", "{+20}: key deleted, retest by the assessor"]

[[finding]]
id = "s8xd"
title = "Recovery test did not include the search index"
risk = "low"
state = "open"
items = ["cr26.build.csp:ksi-rpl-trc"]
text = "The index is rebuilt from the database. Nobody has measured how long that takes."
plan = "Measure the rebuild in the second recovery test"
owner = "ines"
found = {-6}
due = {+28}
likelihood = "low"
impact = "moderate"
recommendation = "Test the recovery of every component that the objectives list."
steps = ["{+16}: second recovery test", "{+28}: retest by the assessor"]
"""
"""What the assessor has found so far."""

REQUESTS = """format = 1

[[request]]
id = "p6tq"
title = "Export of all service accounts, with the age of their keys"
kind = "evidence"
state = "open"
by = "ravi"
to = "ines"
asked = {-8}
due = {-1}
items = ["cr26.build.csp:ksi-iam-snu"]

[[request]]
id = "k3hw"
title = "The two most recent after-action reports"
kind = "evidence"
state = "answered"
by = "june"
to = "theo"
asked = {-10}
due = {+2}
items = ["cr26.build.csp:ksi-inr-aar"]
answer = "Both are in the trust center, folder Incidents"

[[request]]
id = "w2ag"
title = "Can we copy the package into our own system by API?"
kind = "question"
state = "accepted"
by = "sol"
to = "mara"
asked = {-20}
due = {-13}
items = ["cr26.build.csp:cds-trc-pac"]
answer = "Yes, one document at a time today; a bulk download follows."

[[request]]
id = "r9bc"
title = "When will the summaries for each practice be ready?"
kind = "question"
state = "open"
by = "mara"
to = "ravi"
asked = {-2}
due = {+6}
items = ["cr26.assessment.3pao:ivv-ias-sum"]
"""
"""What the parties have asked of each other."""

PACKAGE = """
[package]
acronym = "NLF"
description = "Northlight Forms collects, checks and routes case forms for public agencies."
website = "https://northlight.example/forms"
service-models = ["SaaS"]
deployment = "Public Cloud"
overview-uri = "https://trust.northlight.example/forms/cpo.json"
evidence-base = "https://trust.northlight.example/forms/"

[[package.contact]]
type = "Security"
name = "Northlight security desk"
email = "fedramp-security@northlight.example"
phone = "202-555-0142"

[[package.contact]]
type = "Sales"
name = "Northlight public sector team"
email = "public-sector@northlight.example"

[package.trust-center]
url = "https://trust.northlight.example/forms"
description = "Certification package, ongoing reports and notices of changes"
types = ["Security Policies"]
sign-in = true
access = "Agencies request access at fedramp-security@northlight.example"

[package.secure-configuration]
url = "https://docs.northlight.example/forms/secure"
description = "Secure configuration guide for administrators"

[package.assessor]
name = "Halden Assurance LLC"

[[package.service]]
name = "Form builder"
description = "Design and publish forms"
available = {-400}

[[package.service]]
name = "Case routing"
description = "Routes submitted forms to the responsible office"
available = {-210}

[[package.third-party]]
use = "Sends notices by email"
name = "Relay Messaging"
provider = "Relay Messaging, Inc."
website = "https://relaymail.example"
"""
"""The package table; logo and the assessor's FedRAMP ID are still missing."""

STORY = Story(
    process="cr26",
    name="Northlight Forms",
    provider="Northlight Software, Inc.",
    profile={"type": "20x", "path": "program", "class": "b"},
    role="csp",
    lead="mara",
    finder="ravi",
    milestones={"listing": -86, "assessment-start": -16, "application": 35},
    people={
        "mara": ("Mara Okafor", "csp"),
        "ines": ("Ines Castellano", "csp"),
        "theo": ("Theo Lindgren", "csp"),
        "ravi": ("Ravi Menon", "3pao"),
        "june": ("June Halloran", "3pao"),
        "sol": ("Sol Abrams", "agency"),
        "lee": ("Lee Navarro", "pmo"),
    },
    owners={
        "csp": ("mara", "ines", "theo"),
        "3pao": ("ravi", "june"),
        "agency": ("sol",),
        "pmo": ("lee",),
    },
    paces=PACES,
    overrides=ITEM_OVERRIDES,
    findings=FINDINGS,
    requests=REQUESTS,
    evidence_address="https://trust.northlight.example/forms/evidence/",
    ticket_prefix="NOR",
    notes=NOTES,
    assessments=RESULTS,
    tables=PACKAGE,
)
