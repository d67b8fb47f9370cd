"""A small list of rules as the provider has them, and schemas like FedRAMP's, all made up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

SCHEMAS = next(
    (
        one
        for place in Path(__file__).parents
        if (one := place / "shared" / "data" / "schemas").is_dir()
    ),
    Path("no schemas"),
)
"""FedRAMP's own schemas where they lie beside the checkout; a clone has none."""

needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="FedRAMP's schemas are not part of this repository"
)

LIST = "cr26.small.csp"

CODES = (
    "AAA-BBB-ONE", "AAA-BBB-TWO", "AAA-BBB-THR", "AAA-BBB-FOR", "AAA-BBB-FIV",
    "KSI-ABC-ONE", "KSI-ABC-TWO",
)  # fmt: skip
"""Those that apply to class b, in the order of a record."""


def rules(role: str = "csp", name: str = LIST, codes: Mapping[str, str] | None = None) -> str:
    """Return a list; items are called by the key of their id: `one`, `ksi-one`."""
    text = (
        f'format = 1\nid = "{name}"\nprocess = "cr26"\nphase = "build"\nrole = "{role}"\n'
        'title = "Small"\n[[section]]\nid = "s"\ntitle = "S"\n'
    )
    usual = {
        "one": ("AAA-BBB-ONE", ""),
        "two": ("aaa-bbb-two", 'level = "should"\n'),
        "ksi-one": ("KSI-ABC-ONE", ""),
        "three": ("AAA-BBB-THR", 'level = "must-not"\n'),
        "four": ("AAA-BBB-FOR", 'level = "may"\n'),
        "five": ("AAA-BBB-FIV", 'kind = "test"\n'),
        "ksi-two": ("KSI-ABC-TWO", 'applies = { class = ["b"] }\n'),
        "only-c": ("AAA-BBB-SIX", 'applies = { class = ["c"] }\n'),
        "own": ("CONV-1", ""),
        "control": ("AC-2(1)", ""),
    }
    chosen = usual if codes is None else {key: (code, "") for key, code in codes.items()}
    for key, (code, more) in chosen.items():
        text += f'[[section.item]]\nid = "{key}"\ncode = "{code}"\ntitle = "Title {key}"\n{more}'
    return text


PROFILE = {"type": "20x", "path": "program", "class": "b"}

PACKAGE = """
[package]
acronym = "ML"
description = "A ledger.\\nIn two lines."
website = "https://ledger.example.com"
logo = "https://ledger.example.com/logo.svg"
service-models = ["SaaS"]
deployment = "Government Community Cloud"
overview-uri = "https://ledger.example.com/cpo.json"
agencies = ["Agency of Examples"]

[[package.contact]]
type = "Security"
name = "Security desk"
email = "security@ledger.example.com"
phone = "202-555-0123"

[[package.contact]]
type = "Sales"
email = "sales@ledger.example.com"
"""


def write_schemas(folder: Path, spelling: str, **changes: Any) -> Path:
    """Write a schema of a decision record and the one that it refers to; return its path.

    Args:
        folder: where they go.
        spelling: what stands between the file and `$defs`: `/` or `#/`.
        changes: more words at the top of the schema; `properties` are added to its own.
    """
    folder.mkdir(exist_ok=True)
    common = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.gov/schemas/common-schema-9.json",
        "$defs": {"address": {"type": "string", "format": "uri"}},
    }
    (folder / "common-schema-9.json").write_text(json.dumps(common))
    properties = {
        "certificationPackageOverviewUri": {
            "$ref": f"https://example.gov/schemas/common-schema-9.json{spelling}$defs/address"
        },
        "fedRampRequirements": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
        **changes.pop("properties", {}),
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.gov/schemas/record-schema-9.json",
        "$schemaVersion": "9.0",
        "title": "Small record",
        "type": "object",
        "required": ["certificationPackageOverviewUri", "fedRampRequirements"],
        "properties": properties,
        "$defs": {"rule": {"type": "object", "required": ["frrID", "frrImplementation"]}},
        **changes,
    }
    path = folder / "record-schema-9.json"
    path.write_text(json.dumps(schema))
    return path
