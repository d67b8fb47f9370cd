"""The certification package: what `[package]` of `fedcheck.toml` states about the service.

FedRAMP's Certification Package Overview and Ongoing Certification Report require facts that no
checklist item holds: contacts, acronym, logo, repositories, agencies, incidents. The table is
optional; `fedcheck package` lists what is missing from it. No other command reads it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct, field

from fedcheck.domain.key import Key
from fedcheck.domain.package_values import parse_moment


class ServiceModel(StrEnum):
    """What kind of cloud service is offered."""

    SAAS = "SaaS"
    PAAS = "PaaS"
    IAAS = "IaaS"


class Deployment(StrEnum):
    """Who shares the cloud with whom."""

    NONE = ""
    PUBLIC = "Public Cloud"
    GOVERNMENT = "Government-Only Cloud"
    HYBRID = "Hybrid Cloud"
    COMMUNITY = "Community Cloud"
    GOVERNMENT_COMMUNITY = "Government Community Cloud"


class Contact(Struct, frozen=True, rename="kebab"):
    """Whom to reach about the service."""

    kind: Annotated[str, Key("Security, Sales, Primary, ...")] = field(name="type")
    name: Annotated[str, Key("A person, or the role of the contact")] = ""
    email: Annotated[str, Key("Email address")] = ""
    phone: Annotated[str, Key("Telephone number, such as 202-555-0123", check="phone")] = ""


class Repository(Struct, frozen=True, rename="kebab"):
    """Where documents of the package are kept: the trust center, the secure configuration guide."""

    url: Annotated[str, Key("Web address", check="web")]
    description: Annotated[str, Key("What is kept there")] = ""
    types: Annotated[
        tuple[str, ...], Key("Types of documents: Assessment Reports, ...", one_or_many=True)
    ] = ()
    sign_in: Annotated[bool, Key("Whether readers have to sign in")] = False
    access: Annotated[str, Key("How to request access, if readers have to sign in")] = ""


class Assessor(Struct, frozen=True, rename="kebab"):
    """The independent assessor."""

    name: Annotated[str, Key("Name of the assessor")]
    id: Annotated[str, Key("FedRAMP ID of the assessor: six digits")] = ""


class CertifiedService(Struct, frozen=True, rename="kebab"):
    """A service that the certification includes."""

    name: Annotated[str, Key("Name, as on the website")]
    description: Annotated[str, Key("What it does")] = ""
    available: Annotated[date | None, Key("Date since which it is available or certified")] = None


class ThirdParty(Struct, frozen=True, rename="kebab"):
    """A third-party information resource: certified with a FedRAMP ID, else with its provider."""

    use: Annotated[str, Key("How the service uses it")]
    fedramp_id: Annotated[str, Key("FedRAMP ID, if certified")] = ""
    name: Annotated[str, Key("Name, if not certified")] = ""
    provider: Annotated[str, Key("Its provider")] = ""
    website: Annotated[str, Key("Web address", check="web")] = ""


class Announcement(Struct, frozen=True, rename="kebab"):
    """A transformative change, or a recommendation to agencies, on its day."""

    on: Annotated[date, Key("Date")]
    summary: Annotated[str, Key("What a reader of the report should know")]


class Incident(Struct, frozen=True, rename="kebab"):
    """An incident that was reportable to FedRAMP."""

    occurred: Annotated[str, Key("When: 2027-01-05T14:30:00Z", check="moment")]
    summary: Annotated[str, Key("What happened")]
    resolved: Annotated[str, Key("When it was resolved", check="moment")] = ""
    lessons: Annotated[tuple[str, ...], Key("Lessons learned, and changes planned or made")] = ()

    @property
    def day(self) -> date:
        """Return the day on which it occurred, in the time zone that it was written in."""
        return parse_moment(self.occurred).date()


class Package(Struct, frozen=True, rename="kebab"):
    """What `[package]` holds."""

    acronym: Annotated[str, Key("Short name of the service")] = ""
    description: Annotated[str, Key("What the service does")] = ""
    fedramp_id: Annotated[str, Key("FedRAMP ID; without one, the provider's name and acronym")] = ""
    uei: Annotated[str, Key("Unique Entity Identifier of SAM.gov")] = ""
    website: Annotated[str, Key("Web address of the service", check="web")] = ""
    logo: Annotated[str, Key("Web address of the logo: .png, .svg, .jpg, ...", check="web")] = ""
    service_models: Annotated[
        tuple[ServiceModel, ...], Key("SaaS, PaaS, IaaS", one_or_many=True)
    ] = ()
    deployment: Annotated[Deployment, Key("Deployment model")] = Deployment.NONE
    categories: Annotated[
        tuple[str, ...], Key("FedRAMP business categories, at most 10", one_or_many=True)
    ] = ()
    version: Annotated[str, Key("Version of the package; default: the date of the export")] = ""
    overview_uri: Annotated[
        str, Key("Web address of the published Certification Package Overview", check="web")
    ] = ""
    evidence_base: Annotated[
        str, Key("Web address under which evidence files of the workspace are served", check="web")
    ] = ""
    next_report: Annotated[date | None, Key("Date of the next Ongoing Certification Report")] = None
    agencies: Annotated[tuple[str, ...], Key("Agencies that use the service directly")] = ()
    contacts: Annotated[tuple[Contact, ...], Key("Contacts")] = field(name="contact", default=())
    trust_center: Annotated[Repository | None, Key("The trust center")] = None
    secure_configuration: Annotated[Repository | None, Key("The secure configuration guide")] = None
    repositories: Annotated[tuple[Repository, ...], Key("Additional repositories")] = field(
        name="repository", default=()
    )
    assessor: Annotated[Assessor | None, Key("The independent assessor")] = None
    assessment_summary: Annotated[
        str, Key("The assessor's overall summary of the independent assessment")
    ] = ""
    services: Annotated[tuple[CertifiedService, ...], Key("Services in the certification")] = field(
        name="service", default=()
    )
    third_parties: Annotated[tuple[ThirdParty, ...], Key("Third-party information resources")] = (
        field(name="third-party", default=())
    )
    changes: Annotated[tuple[Announcement, ...], Key("Transformative changes")] = field(
        name="transformative-change", default=()
    )
    recommendations: Annotated[tuple[Announcement, ...], Key("Updated recommendations")] = field(
        name="recommendation", default=()
    )
    incidents: Annotated[tuple[Incident, ...], Key("Incidents reportable to FedRAMP")] = field(
        name="incident", default=()
    )
