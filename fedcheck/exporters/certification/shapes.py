"""What FedRAMP's documents have to contain, in our own words: the check without `--schema`.

The keys and values are FedRAMP's (schemas of 2026-06-24); its files, with all their descriptions,
are not part of this program. A newer file is given with `--schema`.
"""

from typing import Any

from fedcheck.domain.package import Deployment, ServiceModel
from fedcheck.domain.package_values import PHONE_PATTERN
from fedcheck.exporters.certification.schema_check import Schema

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
STATEMENTS: dict[str, Any] = {**TEXTS, "minItems": 1}
"""At least one: an empty list in place of a statement would state nothing."""
URI: dict[str, Any] = {"type": "string", "format": "uri"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}

IMPLEMENTATIONS = ("Implemented", "Partially Implemented", "Not Implemented")
EVIDENCE_TYPES = (
    "Log", "Report", "Screenshot", "Configuration", "Policy", "Procedure", "Audit Record",
)  # fmt: skip


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties}


def _list(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, **more}


_EVIDENCE = _object(
    {"evidenceDescription": TEXT},
    {
        "evidenceType": {"enum": list(EVIDENCE_TYPES)},
        "evidenceLocation": URI,
        "evidenceText": TEXT,
        "lastUpdated": DAY,
    },
)

DECISION_RECORD = Schema(
    _object(
        {
            "certificationPackageOverviewUri": URI,
            "fedRampRequirements": _list(
                _object(
                    {
                        "frrID": TEXT,
                        "frrImplementationStatus": {"enum": list(IMPLEMENTATIONS)},
                        "frrImplementation": STATEMENTS,
                    },
                    {"frrValidation": STATEMENTS, "frrAssessment": STATEMENTS},
                )
            ),
        },
        {
            "securityControls": _list(
                _object(
                    {
                        "controlId": TEXT,
                        "controlImplementationStatus": {"enum": list(IMPLEMENTATIONS)},
                        "controlImplementationDescription": TEXT,
                    }
                )
            ),
            "keySecurityIndicators": _list(
                _object(
                    {
                        "ksiId": TEXT,
                        "ksiImplementationStatus": {"enum": list(IMPLEMENTATIONS)},
                        "ksiImplementation": STATEMENTS,
                        "ksiValidation": TEXTS,
                        "ksiAssessment": TEXTS,
                        "ksiTests": TEXTS,
                        "ksiEvidence": _list(_EVIDENCE),
                    }
                )
            ),
        },
    ),
    "what a Security Decision Record requires (schema of 2026-06-24)",
)

_REPOSITORY = {
    **_object(
        {
            "repositoryType": STATEMENTS,
            "url": URI,
            "repositoryDescription": TEXT,
            "authenticationRequired": {"type": "boolean"},
        },
        {"accessRequestInstructions": TEXT},
    ),
    "if": {"properties": {"authenticationRequired": {"const": True}}},
    "then": {"required": ["accessRequestInstructions"]},
}


def _contact_of(kind: str) -> dict[str, Any]:
    return {"contains": {"properties": {"contactType": {"const": kind}}}}


PACKAGE_OVERVIEW = Schema(
    _object(
        {
            "serviceIdentification": _object(
                {
                    "providerName": TEXT,
                    "serviceName": TEXT,
                    "serviceAcronym": TEXT,
                    "serviceDescription": TEXT,
                    "certificationType": {"enum": ["20x", "Rev5"]},
                    "fedRampPackageId": TEXT,
                    "website": URI,
                    "logo": {
                        **URI,
                        "pattern": r"\.(png|jpe?g|gif|svg|webp|ico|bmp|tiff?)([?#].*)?$",
                    },
                },
                {"ueiNumber": TEXT},
            ),
            "serviceProperties": _object(
                {
                    "serviceType": _list({"enum": [str(one) for one in ServiceModel]}, minItems=1),
                    "deploymentModel": {"enum": [str(one) for one in Deployment if one]},
                },
                {
                    "businessCategory": _list(TEXT, minItems=1, maxItems=10),
                    "trustCenter": _REPOSITORY,
                    "secureConfigurationGuidance": _REPOSITORY,
                    "additionalRepositories": _list(_REPOSITORY),
                    "nextOngoingCertificationReportDate": DAY,
                },
            ),
            "contactInformation": {
                **_list(
                    _object(
                        {"contactType": TEXT},
                        {
                            "contactName": TEXT,
                            "contactEmail": {"type": "string", "format": "email"},
                            "contactPhone": {"type": "string", "pattern": f"^{PHONE_PATTERN}$"},
                        },
                    )
                ),
                "allOf": [_contact_of("Security"), _contact_of("Sales")],
            },
        },
        {
            "assessor": _object(
                {"name": TEXT, "assessorID": {"type": "string", "pattern": r"^\d{6}$"}}
            ),
            "certifiedServices": _list(
                _object({"serviceName": TEXT, "serviceDescription": TEXT, "dateAvailable": DAY})
            ),
            "thirdPartyInformationResources": _object(
                {},
                {
                    "certified": _list(
                        _object(
                            {
                                "fedRampCertifiedThirdPartyInformationResource": TEXT,
                                "useCase": TEXT,
                            }
                        )
                    ),
                    "nonCertified": _list(
                        _object({"name": TEXT, "provider": TEXT, "useCase": TEXT}, {"website": URI})
                    ),
                },
            ),
        },
    ),
    "what a Certification Package Overview requires (schema of 2026-06-24)",
)

ONGOING_REPORT = Schema(
    _object(
        {
            "certificationPackageOverviewUri": URI,
            "reportPeriod": _object({"from": DAY, "to": DAY}),
            "certificationDataChanges": TEXTS,
            "plannedCertificationDataChanges": _object(
                {"planningHorizonThrough": DAY, "changes": TEXTS}
            ),
            "acceptedVulnerabilities": TEXT,
            "transformativeChanges": TEXTS,
            "updatedRecommendations": TEXTS,
            "activeAgencies": TEXTS,
            "reportableIncidents": _object(
                {
                    "incidents": _list(
                        _object(
                            {"summary": TEXT, "occurredAt": MOMENT},
                            {"resolvedAt": MOMENT, "incidentLessonsLearned": TEXTS},
                        )
                    )
                }
            ),
        }
    ),
    "what an Ongoing Certification Report requires (schema of 2026-06-24)",
)
