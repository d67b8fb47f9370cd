"""The table of fields: one row for each field of records, requests, findings and evidence items.

What the program states or does with a field comes from its row: words of changes, details panes,
options, JSON, export columns, redaction, schema and documentation. To add a field, add the
attribute to its class and a row here; `field.py` states what the columns mean. The rows are in the
order in which people read them; files and history keep the order of the class.
"""

from collections.abc import Mapping

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Group, Kind, Redaction
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport

HEAD, FACTS, TEXTS, DETAILS, HIDDEN = Group
ID, LINE, TEXT, PERSON, CHOICE, DAY, DUE, LINES, REFS, LINK, HASH, EVIDENCE_ITEMS = Kind

INHERITANCE_WORDS = {"leveraged": "inherited", "customer": "the customer's"}

# fmt: off
RECORD = (
    Field("status", "Status", CHOICE, "Status: todo, doing, blocked, done or na", json_part="row",
          option="--status", group=HEAD, merge="status", importance=1, words=STATUS_WORDS),
    Field("result", "Result", CHOICE, "Result of a test", json_part="row", option="--result",
          group=HEAD, merge="status", importance=1),
    Field("owner", "Owner", PERSON, "Person or role that owns the item", json_part="row",
          option="--owner", group=HEAD, importance=2),
    Field("due", "Due", DUE, "Due date, which overrides the checklist's", check="due",
          json_part="row", option="--due", group=HEAD, importance=2),
    Field("reason", "Reason", TEXT, "Why the item is blocked, not applicable or declined",
          option="--reason", group=HEAD, merge="status", importance=3),
    Field("done", "Done", DAY, "Date on which it was done", group=HEAD, merge="status",
          follows="status"),
    Field("basis", "Reviewed version", HASH, "Fingerprint of the item when this was recorded",
          json_part="", group=HIDDEN, merge="status", follows="status"),
    Field("tester", "Tester", PERSON, "Test: who tested", json_part="row test", option="--tester",
          line="Tested", merge="status", importance=3),
    Field("tested", "Tested", DAY, "Test: date of the test", json_part="test", option="--tested",
          line="Tested", merge="status", importance=3),
    Field("methods", "Methods used", LINES, "Test: methods that were used", json_part="test",
          column="methods_used", option="--method", line="Used"),
    Field("sample", "Sample", LINE, "Test: what was sampled, out of how many", json_part="test",
          option="--sample", redaction=Redaction.NOTE),
    Field("inherited", "Inheritance", CHOICE,
          "Test: leveraged (inherited), shared, or the customer's responsibility", json_part="test",
          option="--inherited", line="Inherited", merge="inheritance", words=INHERITANCE_WORDS),
    Field("inherited_from", "Inherited from", LINE, "Test: the leveraged service or the customer",
          json_part="test", option="--from", line="Inherited", merge="inheritance"),
    Field("retest", "Retest", CHOICE, "Test: outcome of the last retest", json_part="test",
          option="--retest", line="Retest", merge="status", importance=2),
    Field("retested", "Retested", DAY, "Test: date of the last retest", json_part="test",
          line="Retest", merge="status", follows="retest"),
    Field("review", "Review", CHOICE, "Test: verdict of the second assessor", json_part="test",
          option="--review", line="Review", merge="status", importance=2),
    Field("reviewer", "Reviewer", PERSON, "Test: the second assessor", json_part="test",
          line="Review", lead=" by ", merge="status", importance=3),
    Field("reviewed", "Reviewed", DAY, "Test: date of that review", json_part="test", line="Review",
          merge="status", follows="review"),
    Field("verified", "Verified", CHOICE,
          "Assessor: whether the implementation matches its documentation", json_part="assessment",
          option="--verified", merge="assessment", importance=2),
    Field("validated", "Validated", CHOICE, "Assessor: whether it has the intended effect",
          json_part="assessment", option="--validated", merge="assessment", importance=2),
    Field("assessor", "Assessor", PERSON, "Assessor: who verified and validated",
          json_part="assessment", option="--assessor", line="Assessed", merge="assessment",
          importance=3),
    Field("assessed", "Assessed", DAY, "Assessor: date of the assessment", json_part="assessment",
          option="--assessed", line="Assessed", merge="assessment", importance=3),
    Field("summary", "Assessment", TEXT, "Assessor: summary of the process and the findings",
          json_part="assessment", option="--summary", group=TEXTS, importance=3),
    Field("response", "Response", TEXT, "Provider: response to the assessor",
          json_part="assessment", option="--response", group=TEXTS, importance=3),
    Field("observation", "Observation", TEXT, "Test: what was tested, how, and what was observed",
          json_part="test", option="--observation", group=TEXTS, importance=3),
    Field("differential", "SSP differs", TEXT, "Test: where the SSP differs from what was observed",
          json_part="test", option="--differential", group=TEXTS, importance=3),
    Field("note", "Note", TEXT, "Notes", option="--note", group=TEXTS, importance=3),
    Field("evidence", "Evidence", EVIDENCE_ITEMS, "Evidence items", json_part="", group=HEAD,
          importance=5),
)
"""The fields of the record of an item."""

REQUEST = (
    Field("id", "ID", ID, "Short random id", json_part="row", group=HEAD),
    Field("title", "Title", LINE, "What is requested, in one line", json_part="row",
          option="--title", group=HEAD, importance=1),
    Field("kind", "Kind", CHOICE, "A reviewer's question, or a request for evidence",
          json_part="row", option="--kind", group=HEAD, importance=2),
    Field("state", "State", CHOICE, "State: open, answered or accepted", json_part="row",
          group=HEAD, merge="answer", importance=1),
    Field("by", "Asked by", PERSON, "Requester: a person or a role", json_part="row", option="--by",
          group=HEAD, importance=2),
    Field("to", "Assigned to", PERSON, "Assignee: a person or a role", json_part="row",
          option="--to", group=HEAD, importance=2),
    Field("asked", "Asked", DAY, "Date on which it was asked", json_part="row", group=HEAD,
          follows="title"),
    Field("due", "Due", DAY, "Date by which an answer is due", json_part="row", option="--due",
          group=HEAD, importance=2),
    Field("round", "Round", LINE, "Round of the review in which it was asked", json_part="row",
          option="--round", group=HEAD),
    Field("document", "Document", LINE, "Document it is about: SSP, RAR, SAR, ...",
          json_part="row", option="--document", group=HEAD),
    Field("section", "Section", LINE, "Section, page or control in that document", json_part="row",
          option="--section", group=HEAD),
    Field("text", "Text", TEXT, "Full text of the "
        "question", option="--text", group=HEAD, importance=3),
    Field("answer", "Answer", TEXT, "The answer", group=HEAD, merge="answer", importance=3),
    Field("answered", "Answered", DAY, "Date of the latest answer", json_part="row", group=HEAD,
          merge="answer", follows="state"),
    Field("comment", "Comment", TEXT, "Why the answer was returned, or the comment on acceptance",
          group=HEAD, merge="answer", importance=3),
    Field("items", "Items", REFS, "References of the items it concerns", json_part="row",
          option="--item", group=HEAD),
    Field("evidence", "Evidence", EVIDENCE_ITEMS, "Evidence items that belong to the answer",
          json_part="", group=HEAD, importance=5),
)
"""The fields of a request."""

FINDING = (
    Field("id", "ID", ID, "Short random id", json_part="row", group=HEAD),
    Field("title", "Title", LINE, "The weakness, in one line", json_part="row", option="--title",
          group=HEAD, importance=1),
    Field("risk", "Risk", CHOICE, "Risk: high, moderate or low", json_part="row", option="--risk",
          group=HEAD, merge="risk", importance=1),
    Field("state", "State", CHOICE, "State: open or closed", json_part="row", group=HEAD,
          merge="state", importance=1),
    Field("owner", "Owner", PERSON, "Person or role that remediates it", json_part="row",
          option="--owner", group=HEAD, importance=2),
    Field("found", "Found", DAY, "Date on which it was found", json_part="row", group=HEAD,
          merge="risk"),
    Field("due", "Due", DAY, "Date by which remediation is due", json_part="row", option="--due",
          group=HEAD, merge="risk", importance=2),
    Field("deviation", "Deviation", CHOICE,
          "Deviation requested: false-positive, operational-requirement or risk-adjustment",
          json_part="row", option="--deviation", group=HEAD, merge="risk", importance=2),
    Field("deviation_state", "Deviation state", CHOICE,
          "Outcome of the deviation request: pending, approved or rejected", json_part="row",
          option="--deviation-state", group=HEAD, merge="risk", importance=2),
    Field("retest", "Retest", CHOICE, "Outcome of the last retest: passed or failed",
          json_part="row", option="--retest", group=HEAD, merge="state", importance=2),
    Field("retested", "Retested", DAY, "Date of the last retest", group=HEAD, merge="state",
          follows="retest"),
    Field("closed", "Closed", DAY, "Date on which it was closed", json_part="row", group=HEAD,
          merge="state", follows="state"),
    Field("items", "Items", REFS, "References of the tests that found it", json_part="row",
          option="--item", group=HEAD),
    Field("text", "Weakness", TEXT, "Full description of the weakness", option="--text", group=HEAD,
          importance=3),
    Field("plan", "Plan", TEXT, "Planned remediation", option="--plan", group=HEAD, importance=3),
    Field("rationale", "Rationale", TEXT, "Why the deviation is justified", option="--rationale",
          group=HEAD, merge="risk", importance=3),
    Field("original", "First rated", CHOICE,
          "Risk as first rated, where an adjustment was approved", group=HEAD, merge="risk"),
    Field("likelihood", "Likelihood", CHOICE, "Likelihood that it is exploited",
          json_part="details", option="--likelihood", group=DETAILS, merge="risk"),
    Field("impact", "Impact", CHOICE, "Impact if it is exploited", json_part="details",
          option="--impact", group=DETAILS, merge="risk"),
    Field("recommendation", "Recommendation", TEXT, "What the assessor recommends",
          json_part="details", option="--recommendation", group=DETAILS),
    Field("controls", "Controls", LINES, "Controls, in addition to those of its items",
          json_part="details", option="--control", group=DETAILS),
    Field("detector", "Detector source", LINE, "Scanner or other source that detected it",
          json_part="details", option="--detector", group=DETAILS),
    Field("detector_id", "Its id there", LINE, "Its id at that source, such as a plugin number",
          json_part="details", option="--detector-id", group=DETAILS),
    Field("assets", "Assets", LINES, "Assets, as the inventory names them", json_part="details",
          option="--asset", group=DETAILS, redaction=Redaction.WORDS),
    Field("service", "Service", LINE, "Service or offering affected", json_part="details",
          option="--service", group=DETAILS),
    Field("cves", "CVE numbers", LINES, "CVE numbers", json_part="details", option="--cve",
          group=DETAILS),
    Field("number", "Official number", LINE, "Official number, such as the POA&M ID",
          json_part="details", option="--number", group=DETAILS),
    Field("resources", "Resources required", LINE, "Resources required beyond those available",
          json_part="details", option="--resources", group=DETAILS, redaction=Redaction.NOTE),
    Field("steps", "Planned milestones", LINES, "Planned milestones, each as 2027-02-01: what",
          json_part="details", option="--step", group=DETAILS, redaction=Redaction.NOTE),
    Field("step_changes", "Milestone changes", LINES, "Changes of those milestones",
          json_part="details", option="--step-change", group=DETAILS, redaction=Redaction.NOTE),
    Field("vendor", "Vendor's product", LINE, "Vendor product that the remediation depends on",
          json_part="details", option="--vendor", group=DETAILS),
    Field("vendor_checked", "Last vendor check-in", DAY,
          "Date of the last check-in with the vendor", json_part="details",
          option="--vendor-checked", group=DETAILS),
    Field("adjusted", "Adjusted risk", CHOICE, "Risk that an adjustment requests",
          json_part="details", option="--adjusted", group=DETAILS, merge="risk"),
    Field("auto_approved", "Auto-approved", CHOICE,
          "Whether the deviation was approved automatically", json_part="details",
          option="--auto-approved", group=DETAILS),
    Field("kev", "BOD 22-01 tracking", CHOICE, "Whether CISA lists it as exploited (BOD 22-01)",
          json_part="details", option="--kev", group=DETAILS),
    Field("kev_due", "BOD 22-01 due date", DAY, "Date by which BOD 22-01 requires remediation",
          json_part="details", option="--kev-due", group=DETAILS),
    Field("configuration", "Configuration finding", CHOICE, "Whether it is a configuration finding",
          json_part="details", option="--configuration", group=DETAILS),
    Field("corrected", "Corrected during testing", DAY,
          "Date on which it was corrected, during testing", json_part="details",
          option="--corrected", group=DETAILS, merge="state"),
    Field("remedy", "Remediation description", TEXT, "What was done to remediate it",
          json_part="details", option="--remedy", group=DETAILS, merge="state"),
    Field("verification", "Verification statement", TEXT,
          "How the assessor verified the remediation", json_part="details", option="--verification",
          group=DETAILS, merge="state"),
    Field("comment", "Comments", TEXT, "Additional information", json_part="details",
          option="--comment", group=DETAILS),
    Field("evidence", "Evidence", EVIDENCE_ITEMS, "Evidence items of the remediation", json_part="",
          group=HEAD, importance=5),
)
"""The fields of a finding."""

EVIDENCE = (
    Field("id", "ID", ID, "Short random id", group=HEAD),
    Field("link", "Link", LINK, "URL, path relative to the workspace, or ticket id", group=HEAD,
          merge="file", importance=1),
    Field("label", "Label", LINE, "Label, in plain words", option="--label", group=HEAD,
          importance=1),
    Field("kind", "Kind", CHOICE, "Type of link: url, file or ticket", option="--kind",
          group=HEAD, merge="file", importance=2),
    Field("collected", "Collected", DAY, "Date on which it was collected", option="--collected",
          group=HEAD, importance=2),
    Field("expires", "Expires", DAY, "Last date on which it counts", option="--expires",
          group=HEAD, importance=2),
    Field("sha256", "SHA-256", HASH, "Hash of the file when it was added", group=HEAD,
          merge="file"),
)
"""The fields of an evidence item."""

SCHEDULED = (Field("day", "Date", DAY, "Date of the milestone"),)
"""The field of a milestone's date in the workspace."""

PACKAGE_ENTRY = (Field("value", "Value", LINE, "Value of the key of the package"),)
"""The field of a key of the certification package."""

SENT = (
    Field("id", "ID", ID, "Short random id"),
    Field("title", "Title", LINE, "Template and milestone, in plain words", importance=1),
    Field("to", "Sent to", PERSON, "Recipient: a person or a role", importance=2),
    Field("on", "Sent", DAY, "Date on which it was sent", importance=2),
    Field("file", "File", LINE, "File of the report, relative to the workspace where it is inside"),
    Field("sha256", "SHA-256", HASH, "Hash of the report as sent"),
)
"""The fields of a report that was sent."""
# fmt: on

FIELDS: Mapping[type, tuple[Field, ...]] = {
    Record: RECORD,
    Request: REQUEST,
    Finding: FINDING,
    Evidence: EVIDENCE,
    MilestoneDate: SCHEDULED,
    PackageEntry: PACKAGE_ENTRY,
    SentReport: SENT,
}
"""The rows of each class."""


def field_of(cls: type, name: str) -> Field | None:
    """Return the row of a field; None for one that is not in the table."""
    return next((row for row in FIELDS[cls] if row.name == name), None)


def in_group(cls: type, group: Group) -> tuple[Field, ...]:
    """Return the rows of a class that details panes show in a place."""
    return tuple(row for row in FIELDS[cls] if row.group is group)


def in_json(cls: type, part: str) -> tuple[Field, ...]:
    """Return the rows of a class that a part of its JSON has."""
    return tuple(row for row in FIELDS[cls] if part in row.json_part.split())
