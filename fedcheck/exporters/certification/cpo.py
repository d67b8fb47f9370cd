"""The Certification Package Overview (FRC-CSO-PKG): JSON, or the same as Markdown."""

from collections.abc import Iterator, Sequence
from typing import Any

from fedcheck.analysis.assessment_summary import add_overall_summary
from fedcheck.analysis.board import Board
from fedcheck.analysis.package_gaps import list_gaps
from fedcheck.domain.package import Contact, Package, Repository
from fedcheck.domain.text import clean_for_file, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.certification.document import (
    EXTENSION,
    build_export,
    build_metadata,
    drop_empty,
    read_package,
    read_schema,
    wants_markdown,
)
from fedcheck.exporters.certification.markdown import escape, escape_block, escape_link, mark_page
from fedcheck.exporters.certification.schema_check import Schema
from fedcheck.exporters.certification.shapes import PACKAGE_OVERVIEW
from fedcheck.exporters.registry import Export
from fedcheck.importers.option import Values
from fedcheck.session import Session

IDENTIFICATION = "serviceIdentification"

OTHER_SUMMARY = (
    "assessment-summary in [package] differs from the assessor's record; the assessor's record is "
    "exported"
)


def write(session: Session, values: Values) -> Export:
    """Return the overview. Raises FedcheckError (refused) where something required is missing."""
    board = session.board().shared()
    newer = read_schema(values, IDENTIFICATION)
    package, remarks = read_package(session)
    own = clean_for_file(package.assessment_summary).strip()
    package = add_overall_summary(package, board)
    if own and own != package.assessment_summary.strip():
        remarks.append(OTHER_SUMMARY)
    gaps = list_gaps(board.project.config, package)
    required = [gap for gap in gaps if gap.required]
    if required:
        listed = "\n".join(f"  {gap.key}: {gap.why}" for gap in required)
        raise FedcheckError(
            f"nothing was written: fedcheck.toml lacks entries that an overview requires\n{listed}",
            "see: fedcheck package",
            ErrorKind.REFUSED,
        )
    document = build_document(board, package, newer)
    text = render_markdown(board, package, document) if wants_markdown(values) else None
    left = [gap.key for gap in gaps]
    if left:
        remarks.append(f"left out, because fedcheck.toml does not define: {', '.join(left)}")
    return build_export(document, (PACKAGE_OVERVIEW, newer), text, remarks)


def build_document(board: Board, package: Package, schema: Schema | None = None) -> dict[str, Any]:
    """Return the overview as JSON data; what is not known is left out."""
    config = board.project.config
    kind = (config.profile or {}).get("type", "rev5")
    acronym = one_line(package.acronym)
    provider = one_line(config.provider)
    document = {
        IDENTIFICATION: drop_empty(
            {
                "providerName": provider,
                "serviceName": one_line(config.name),
                "serviceAcronym": acronym,
                "serviceDescription": clean_for_file(package.description).strip(),
                "certificationType": "20x" if kind == "20x" else "Rev5",
                "fedRampPackageId": one_line(package.fedramp_id) or f"{provider} {acronym}",
                "ueiNumber": one_line(package.uei),
                "website": package.website,
                "logo": package.logo,
            }
        ),
        "serviceProperties": drop_empty(
            {
                "serviceType": [str(one) for one in package.service_models],
                "deploymentModel": str(package.deployment),
                "businessCategory": [one_line(one) for one in package.categories],
                "trustCenter": _repository(package.trust_center, "Trust Center"),
                "secureConfigurationGuidance": _repository(
                    package.secure_configuration, "Secure Configuration Guidance"
                ),
                "additionalRepositories": [_repository(one) for one in package.repositories],
                "nextOngoingCertificationReportDate": package.next_report
                and package.next_report.isoformat(),
            }
        ),
        "contactInformation": [_contact(one) for one in package.contacts],
        "assessor": package.assessor
        and {"name": one_line(package.assessor.name), "assessorID": package.assessor.id},
        "certifiedServices": [
            {
                "serviceName": one_line(one.name),
                "serviceDescription": clean_for_file(one.description).strip(),
                "dateAvailable": one.available.isoformat(),
            }
            for one in package.services
            if one.available
        ],
        "thirdPartyInformationResources": _third_parties(package),
    }
    found = drop_empty(document)
    if schema is None or schema.allows_more:
        more = {
            "marking": one_line(config.marking),
            "profile": dict(config.profile or {}),
            "assessmentSummary": clean_for_file(package.assessment_summary).strip(),
        }
        found[EXTENSION] = drop_empty(more) | {"metadata": build_metadata(board, package)}
    return found


def _repository(place: Repository | None, usual: str = "") -> dict[str, Any] | None:
    if place is None:
        return None
    found: dict[str, Any] = {
        "repositoryType": [one_line(one) for one in place.types] or [usual],
        "url": place.url,
        "repositoryDescription": clean_for_file(place.description).strip(),
        "authenticationRequired": place.sign_in,
    }
    access = clean_for_file(place.access).strip()
    return {**found, "accessRequestInstructions": access} if access else found


def _contact(one: Contact) -> dict[str, Any]:
    return drop_empty(
        {
            "contactType": one_line(one.kind),
            "contactName": one_line(one.name),
            "contactEmail": one_line(one.email),
            "contactPhone": one.phone,
        }
    )


def _third_parties(package: Package) -> dict[str, Any]:
    certified = [
        {
            "fedRampCertifiedThirdPartyInformationResource": one_line(one.fedramp_id),
            "useCase": one_line(one.use),
        }
        for one in package.third_parties
        if one.fedramp_id
    ]
    others = [
        drop_empty(
            {
                "name": one_line(one.name),
                "provider": one_line(one.provider),
                "website": one.website,
                "useCase": one_line(one.use),
            }
        )
        for one in package.third_parties
        if not one.fedramp_id
    ]
    return drop_empty({"certified": certified, "nonCertified": others})


def render_markdown(board: Board, package: Package, document: dict[str, Any]) -> str:
    """Return the overview as a page for people."""
    page = mark_page(board.project.config.marking, _lines(package, document))
    return "\n".join(page) + "\n"


def _lines(package: Package, document: dict[str, Any]) -> Iterator[str]:
    about, properties = document[IDENTIFICATION], document["serviceProperties"]
    yield from (f"# Certification Package Overview: {escape(about['serviceName'])}", "")
    yield from (escape_block(about["serviceDescription"]), "")
    names = {
        "Provider": about["providerName"],
        "Acronym": about["serviceAcronym"],
        "FedRAMP ID": about["fedRampPackageId"],
        "UEI": about.get("ueiNumber", ""),
        "Certification type": about["certificationType"],
        "Service model": ", ".join(properties["serviceType"]),
        "Deployment": properties["deploymentModel"],
        "Business categories": ", ".join(properties.get("businessCategory", ())),
        "Next Ongoing Certification Report": properties.get(
            "nextOngoingCertificationReportDate", ""
        ),
    }
    yield from (f"- {name}: {escape(value)}" for name, value in names.items() if value)
    yield f"- {escape_link('Website', about['website'])}"
    yield from (f"- {escape_link('Logo', about['logo'])}", "", "## Contacts", "")
    for one in document["contactInformation"]:
        known = [one.get(f"contact{part}", "") for part in ("Name", "Email", "Phone")]
        yield f"- {escape(one['contactType'])}: {', '.join(escape(text) for text in known if text)}"
    places = [
        properties.get("trustCenter"),
        properties.get("secureConfigurationGuidance"),
        *properties.get("additionalRepositories", ()),
    ]
    yield from _section("Repositories", [_place_line(one) for one in places if one])
    if "assessor" in document:
        one = document["assessor"]
        yield from _section("Assessor", [f"{escape(one['name'])} ({one['assessorID']})"])
    if package.assessment_summary.strip():
        yield from ("", "## Independent assessment", "", escape_block(package.assessment_summary))
    services = [
        f"{escape(one['serviceName'])} (since {one['dateAvailable']}): "
        + escape(one["serviceDescription"])
        for one in document.get("certifiedServices", ())
    ]
    yield from _section("Certified services", services)
    third = document.get("thirdPartyInformationResources", {})
    used = [
        f"{escape(one['fedRampCertifiedThirdPartyInformationResource'])} (certified): "
        + escape(one["useCase"])
        for one in third.get("certified", ())
    ]
    used += [
        f"{escape(one['name'])} of {escape(one['provider'])} (not certified): "
        + escape(one["useCase"])
        for one in third.get("nonCertified", ())
    ]
    yield from _section("Third-party information resources", used)


def _place_line(one: dict[str, Any]) -> str:
    kinds = ", ".join(one["repositoryType"])
    sign_in = " Sign-in required." if one["authenticationRequired"] else ""
    access = escape(one.get("accessRequestInstructions", ""))
    line = f"{escape_link(kinds, one['url'])}: {escape(one['repositoryDescription'])}{sign_in}"
    return f"{line} {access}".rstrip()


def _section(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from ("", f"## {title}", "", *(f"- {one}" for one in entries))
