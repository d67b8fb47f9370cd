"""The tasks of the work breakdown structure, and which items and milestones they stand for.

The one table for the import and the export. Numbers and words are those of FedRAMP's template
"Agency Authorization Work Breakdown Structure", tabs LowModerateHigh WBS and Li-SaaS WBS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LI_SAAS, OTHERS = "li-saas", "low, moderate or high"
"""The two kinds of tabs."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a row of the tab stands for.

    Attributes:
        word: a word of the task's text: a row that lacks it is not this task.
        items: the items that the row sets and shows.
        milestone: the milestone whose date is the end of the task.
        starts: the milestone whose date is the start of the task.
        part_of: items of another row that cover this task too: their state is shown here, and
            nothing of them is set from here.
        untouched: why the row is neither imported nor filled; empty where it is.
    """

    word: str
    items: tuple[str, ...] = ()
    milestone: str = ""
    starts: str = ""
    part_of: tuple[str, ...] = ()
    untouched: str = ""


PMO_REVIEW = "the template leaves the dates of the PMO's review to the PMO"

_PARTNERSHIP = "agency.partnership.agency:"
_CSP = "agency.kick-off.csp:"
_AGENCY = "agency.kick-off.agency:"
_PMO = "agency.kick-off.pmo:"
_SSP, _REVIEW = "agency.package.csp:", "agency.package.agency:"
_OURS, _THEIRS = "agency.assessment.csp:", "agency.assessment.agency:"
_ASSESSOR = "agency.assessment.3pao:"
_FULL, _TESTS = "rev5.full-assessment.csp:", "rev5.full-assessment.3pao:"
_ATO, _UPLOAD, _UPLOADED = "agency.ato.agency:", "agency.pmo-review.csp:", "agency.pmo-review.3pao:"

_REQUEST = Task("request", (f"{_PARTNERSHIP}request-sent",), "in-process-request")
_WBS = Task(
    "wbs",
    (
        f"{_CSP}wbs-complete",
        f"{_CSP}wbs-signed",
        f"{_AGENCY}wbs-agency",
        f"{_AGENCY}wbs-agency-signed",
    ),
    "wbs-accepted",
)
_GAPS = Task(
    "gaps",
    untouched="an item states only that the gaps are listed: agency.partnership.csp:gaps-listed",
)
_BRIEFING = Task("prepare", (f"{_CSP}briefing-ready", f"{_CSP}briefing-uploaded"))
_FIXED = Task("remediate", (f"{_FULL}fix-in-test",))
_SAR = Task("finalize", (f"{_TESTS}sar-quality", f"{_TESTS}recommendation"), "sar-final")
_POAM = Task("poa", (f"{_FULL}app-o",), "sar-final")
_TESTED = (f"{_TESTS}srtm-steps",)
_REVIEWED = Task("review", (f"{_ATO}package-reviewed",))
_SUBMITTED = Task("submit", (f"{_ATO}package-to-official",))
_ISSUED = Task("ato", (f"{_ATO}ato-signed", f"{_ATO}letter-sent"), "ato")
_UPLOADS = Task("upload", (f"{_UPLOAD}csp-uploaded", f"{_UPLOADED}assessor-uploaded"))


def _pmo(word: str) -> Task:
    return Task(word, untouched=PMO_REVIEW)


TASKS: Mapping[str, Mapping[str, Task]] = {
    OTHERS: {
        "1.1": _GAPS,
        "2.1": _REQUEST,
        "2.2": _WBS,
        "3.1": Task("ssp", (f"{_SSP}ssp-delivered", f"{_FULL}ssp-quality")),
        "3.2": Task("review", (f"{_REVIEW}ssp-reviewed",)),
        "3.3": _BRIEFING,
        "3.4": Task("kick", (f"{_CSP}kick-off-held", f"{_PMO}kick-off-scheduled"), "kick-off"),
        "3.5": Task("process", (f"{_PMO}listed", f"{_AGENCY}listing-agreed"), "in-process"),
        "3.6": Task("remediate", (f"{_SSP}ssp-corrected", f"{_FULL}ssp-signed")),
        "3.7": Task("validate", (f"{_REVIEW}ssp-validated",)),
        "3.8": Task("customer", (f"{_REVIEW}customer-aware",)),
        "3.9": Task("approve", (f"{_REVIEW}ssp-approved",), "ssp-approved"),
        "4.1": Task("draft", (f"{_TESTS}sap-template",)),
        "4.2": Task("review", part_of=(f"{_THEIRS}sap-reviewed",)),
        "4.3": Task("remediate", (f"{_ASSESSOR}sap-agency",)),
        "4.4": Task("validate", (f"{_THEIRS}sap-reviewed",)),
        "4.5": Task("approve", (f"{_THEIRS}sap-approved",), "sap-approved"),
        "5.1": Task("assessment", _TESTED, starts="assessment-start"),
        "5.2": _FIXED,
        "5.3": _SAR,
        "5.4": _POAM,
        "5.5": Task(
            "prepare", (f"{_ASSESSOR}debrief-uploaded", f"{_OURS}debrief-uploaded-csp")
        ),
        "5.6": Task("debrief", (f"{_OURS}debrief-held",), "sar-debrief"),
        "5.7": Task("approve", (f"{_THEIRS}sar-approved",)),
        "6.1": _REVIEWED,
        "6.2": _SUBMITTED,
        "6.3": _ISSUED,
        "6.4": _UPLOADS,
        "7.1": _pmo("report"),
        "7.2": _pmo("meeting"),
        "7.3": _pmo("findings"),
        "7.4": _pmo("designation"),
        "7.5": _pmo("listing"),
    },
    LI_SAAS: {
        "1.1": _GAPS,
        "2.1": _REQUEST,
        "2.2": _WBS,
        "3.1": Task("engage", (f"{_SSP}li-assessor",)),
        "3.2": Task("pmo", (f"{_PMO}repository-access",)),
        "3.3": Task("upload", (f"{_SSP}li-appendix-a", f"{_SSP}li-documents")),
        "4.1": Task("review", part_of=(f"{_REVIEW}li-architecture",)),
        "4.2": Task("remediate", (f"{_SSP}ssp-corrected",)),
        "4.3": Task(
            "approve", (f"{_REVIEW}li-architecture", f"{_AGENCY}architecture-approved")
        ),
        "4.4": Task("begin", untouched="it follows from task 4.3, and no item stands for it"),
        "4.5": _BRIEFING,
        "4.6": Task("schedule", (f"{_PMO}kick-off-scheduled",)),
        "5.1": Task("present", (f"{_CSP}kick-off-held",), "kick-off"),
        "5.2": Task("concur", (f"{_AGENCY}listing-agreed",)),
        "5.3": Task("marketplace", (f"{_PMO}listed",), "in-process"),
        "6.1": Task("assessment", _TESTED, starts="assessment-start"),
        "6.2": _FIXED,
        "6.3": _SAR,
        "6.4": _POAM,
        "7.1": _REVIEWED,
        "7.2": _SUBMITTED,
        "7.3": _ISSUED,
        "7.4": _UPLOADS,
        "8.1": _pmo("report"),
        "8.2": _pmo("meeting"),
        "8.3": _pmo("findings"),
        "8.4": _pmo("designation"),
        "8.5": _pmo("listing"),
    },
}  # fmt: skip
"""The tasks of each kind of tab, by number."""

SECTION_ENDS: Mapping[str, Mapping[str, str]] = {
    OTHERS: {"3": "ssp-approved", "4": "sap-approved"},
    LI_SAAS: {},
}
"""The sections whose own row has an end date according to the template: the milestone of each."""
