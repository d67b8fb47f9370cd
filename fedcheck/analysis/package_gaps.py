"""What the certification package still lacks: required by FedRAMP's overview, or good to have."""

import re
from collections.abc import Iterator

from msgspec import Struct

from fedcheck.domain.package import Package, Repository
from fedcheck.domain.workspace import WorkspaceConfig

TYPES = ("20x", "rev5")
"""The types of a certification, as a profile has them; a process without them is Rev5."""

CONTACTS = ("Security", "Sales")
"""The contacts that an overview must have (CDS-CSO-PUB)."""

REQUIRED = (
    "provider", "acronym", "description", "website", "logo", "service-models", "deployment",
    "contact",
)  # fmt: skip
"""The keys that no overview can be written without; the list of what is missing has the reasons."""

_IMAGE = re.compile(r"\.(png|jpe?g|gif|svg|webp|ico|bmp|tiff?)([?#].*)?$")
_ASSESSOR = re.compile(r"\d{6}")


class Gap(Struct, frozen=True):
    """Something that is missing.

    Attributes:
        key: where it goes in `fedcheck.toml`.
        why: what is to be written there.
        required: whether no overview can be written without it.
    """

    key: str
    why: str
    required: bool


def list_gaps(config: WorkspaceConfig, package: Package) -> list[Gap]:
    """Return what is missing, what is required first."""
    found = [Gap(key, why, True) for key, why in _required(config, package)]
    return found + [Gap(key, why, False) for key, why in _useful(package)]


def _required(config: WorkspaceConfig, package: Package) -> Iterator[tuple[str, str]]:
    if not config.provider:
        yield "provider", "name of the cloud service provider, at the top of the file"
    if (config.profile or {}).get("type", "rev5") not in TYPES:
        yield "profile.type", f"the certification type: {' or '.join(TYPES)}"
    texts = {
        "acronym": (package.acronym, "short name of the service"),
        "description": (package.description, "what the service does"),
        "website": (package.website, "web address of the service"),
    }
    yield from ((f"package.{key}", why) for key, (value, why) in texts.items() if not value)
    if not _IMAGE.search(package.logo):
        yield "package.logo", "web address of the logo (.png, .svg, .jpg)"
    if not package.service_models:
        yield "package.service-models", "SaaS, PaaS or IaaS; one or several"
    if not package.deployment:
        yield "package.deployment", "Public Cloud, Government-Only Cloud, ..."
    known = {one.kind for one in package.contacts}
    for kind in CONTACTS:
        if kind not in known:
            yield "package.contact", f'a contact with type = "{kind}"'
    yield from _incomplete(package)


def _incomplete(package: Package) -> Iterator[tuple[str, str]]:
    """Yield what entries lack that are there."""
    places = [("trust-center", package.trust_center)]
    places.append(("secure-configuration", package.secure_configuration))
    places += [("repository", one) for one in package.repositories]
    for key, place in places:
        if place is not None:
            yield from ((f"package.{key}.{part}", why) for part, why in _of_repository(key, place))
    if package.assessor and not _ASSESSOR.fullmatch(package.assessor.id):
        yield "package.assessor.id", "the assessor's FedRAMP ID: six digits"
    for one in package.services:
        if not (one.description and one.available):
            yield "package.service", f"description and available (a date) of {one.name}"
    for other in package.third_parties:
        if not other.fedramp_id and not (other.name and other.provider):
            yield "package.third-party", f"fedramp-id, or name and provider, for: {other.use}"


def _of_repository(key: str, place: Repository) -> Iterator[tuple[str, str]]:
    if not place.description:
        yield "description", f"description of {place.url}"
    if key == "repository" and not place.types:
        yield "types", f"types of documents at {place.url}"
    if place.sign_in and not place.access:
        yield "access", f"how to request access to {place.url}"


def _useful(package: Package) -> Iterator[tuple[str, str]]:
    wanted: dict[str, tuple[object, str]] = {
        "overview-uri": (
            package.overview_uri,
            "where the overview is published; other documents refer to it",
        ),
        "fedramp-id": (
            package.fedramp_id,
            "FedRAMP ID; without one, provider and acronym are used",
        ),
        "uei": (package.uei, "Unique Entity Identifier of SAM.gov"),
        "categories": (package.categories, "business categories of the service"),
        "trust-center": (package.trust_center, "the trust center (CDS-CSO-UTC)"),
        "secure-configuration": (
            package.secure_configuration,
            "the secure configuration guide (SCG-CSO-RSC)",
        ),
        "next-report": (
            package.next_report,
            "date of the next Ongoing Certification Report (CCM-OCR-NRD)",
        ),
        "assessor": (package.assessor, "the independent assessor"),
        "assessment-summary": (
            package.assessment_summary,
            "the assessor's overall summary (CPO-CSO-OSA)",
        ),
        "service": (package.services, "services in the certification (CDS-CSO-SVC)"),
        "third-party": (
            package.third_parties,
            "third-party information resources (MAS-CSO-TPR)",
        ),
        "agencies": (
            package.agencies,
            "agencies that use the service directly (CCM-OCR-AVL)",
        ),
        "evidence-base": (
            package.evidence_base,
            "web address under which evidence files are served",
        ),
    }
    yield from ((f"package.{key}", why) for key, (value, why) in wanted.items() if not value)
