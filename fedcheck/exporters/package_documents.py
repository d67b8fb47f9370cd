"""The documents of the Initial Authorization Package Checklist, and the items that stand for them.

One table. The keys are how a row begins: FedRAMP's Initial Authorization Package Checklist,
2023-06-30, sheet "Package Checklist", column A.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_CSP, _3PAO = "rev5.full-assessment.csp:", "rev5.full-assessment.3pao:"

UPLOADS: Mapping[str, tuple[str, ...]] = {
    "csp": ("agency.pmo-review.csp:csp-uploaded",),
    "3pao": ("agency.pmo-review.3pao:assessor-uploaded", f"{_3PAO}sar-upload"),
    "agency": ("agency.ato.agency:letter-sent",),
    "checklist": ("agency.pmo-review.csp:checklist-sent", f"{_CSP}package-checklist"),
}
"""The item by which a party has uploaded its part: the first one here that applies."""


@dataclass(frozen=True, slots=True)
class Document:
    """A row of the checklist.

    Attributes:
        party: whose upload it is part of, a key of `UPLOADS`.
        items: the items that stand for it; the evidence of the first one that has any is named, and
            the first one that applies decides whether it is done.
    """

    party: str
    items: tuple[str, ...]


def _ours(*items: str) -> Document:
    return Document("csp", tuple(f"{_CSP}{item}" for item in items))


def _theirs(*items: str) -> Document:
    return Document("3pao", tuple(f"{_3PAO}{item}" for item in items))


DOCUMENTS: Mapping[str, Document] = {
    "initial authorization package checklist": Document(
        "checklist", ("agency.pmo-review.csp:checklist-sent", f"{_CSP}package-checklist")
    ),
    "system security plan": _ours("ssp-signed", "ssp-template"),
    "ssp appendix a": _ours("app-a-controls"),
    "ssp appendix b": _ours("app-b"),
    "ssp appendix c": _ours("app-c"),
    "ssp appendix d": _ours("app-d"),
    "ssp appendix e": _ours("app-e"),
    "ssp appendix f": _ours("app-f"),
    "ssp appendix g": _ours("app-g"),
    "ssp appendix h": _ours("app-h"),
    "ssp appendix i": _ours("app-i"),
    "ssp appendix j": _ours("app-j"),
    "ssp appendix k": _ours("app-k"),
    "ssp appendix l": _ours("app-l"),
    "ssp appendix m": _ours("app-m"),
    "ssp appendix n": _ours("app-n"),
    "ssp appendix o": _ours("app-o"),
    "ssp appendix p": _ours("app-p"),
    "ssp appendix q": _ours("app-q"),
    "security assessment plan": _theirs("sap-final", "sap-template"),
    "sap appendix a": _theirs("sap-app-a"),
    "sap appendix b": _theirs("sap-sampling"),
    "sap appendix c": _theirs("sap-pen-plan"),
    "security assessment report": _theirs("sar-quality", "sar-template", "recommendation"),
    "sar appendix a": _theirs("ret"),
    "sar appendix b": _theirs("srtm-final"),
    "sar appendix c": _theirs("sar-scans"),
    "infrastructure scan results": _theirs("scan-infra"),
    "database scan results": _theirs("scan-db"),
    "web scan results": _theirs("scan-web"),
    "container scan results": _theirs("scan-container"),
    "other automated and miscellaneous tool results": _theirs("scan-config", "scan-code"),
    "unauthenticated scans": _theirs("unauth-list"),
    "sar appendix d": _theirs("sar-app-d"),
    "sar appendix e": _theirs("sar-aux"),
    "sar appendix f": _theirs("pen-report"),
    "fedramp ato letter": Document(
        "agency", ("agency.ato.agency:ato-signed", "agency.ato.agency:letter-sent")
    ),
}
"""The documents by the words that their row begins with, as `headings.normalize` gives them."""

WITHOUT_ITEM = ("sap appendix d",)
"""Documents that no item stands for: significant changes before the authorization."""
