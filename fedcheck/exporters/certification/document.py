"""What the three documents share: their form, the check before writing, and their address."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.domain.package import Package
from fedcheck.domain.text import one_line
from fedcheck.exporters.certification.schema_check import Schema, check_document, load_schema
from fedcheck.exporters.registry import Export
from fedcheck.importers.option import Values
from fedcheck.session import Session
from fedcheck.storage.package_table import load_package
from fedcheck.storage.paths import expand_path

EXTENSION = "x-fedcheck"
"""The key of what FedRAMP's schemas have no place for."""

NO_OVERVIEW = "about:blank"
"""Stands for the address of the overview while there is none: a URI that leads nowhere."""

NO_OVERVIEW_REMARK = (
    f"no address of the Certification Package Overview is known; {NO_OVERVIEW} is used: add "
    "overview-uri to [package] of fedcheck.toml"
)


def build_metadata(board: Board, package: Package) -> dict[str, str]:
    """Return version, last update and source of the update, as SDR-CSO-MTD requires them."""
    day = board.today.isoformat()
    return {
        "version": one_line(package.version) or day,
        "lastUpdated": day,
        "updateSource": "fedcheck",
    }


def drop_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without those that are empty."""
    return {name: value for name, value in values.items() if value}


def read_package(session: Session) -> tuple[Package, list[str]]:
    """Return `[package]` of the workspace, with a line for each value that cannot be used."""
    package, problems = load_package(session.root)
    return package, [str(one._replace(file=Path(one.file.name))) for one in problems]


def overview_uri(package: Package) -> str:
    """Return the address of the overview, or what stands for it."""
    return package.overview_uri or NO_OVERVIEW


def wants_markdown(values: Values) -> bool:
    """Return whether the document is Markdown: by `--format`, else by the name of the file."""
    name = str(values["output"]).lower()
    chosen = values["format"] or ("md" if name.endswith((".md", ".markdown")) else "json")
    return bool(chosen == "md")


def read_schema(values: Values, key: str) -> Schema | None:
    """Return the schema that a person named, if one is. Raises FedcheckError."""
    given = values["schema"]
    return load_schema(Path(expand_path(given)), key) if given else None


def build_export(
    document: Mapping[str, Any],
    schemas: Sequence[Schema | None],
    text: str | None,
    remarks: Sequence[str],
) -> Export:
    """Check a document against each schema and return the file: as JSON, or its text.

    The Markdown of a document that is not valid is not written either. Raises FedcheckError.
    """
    for schema in schemas:
        if schema is not None:
            check_document(document, schema)
    if text is None:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    named = [f"valid against {one.name}" for one in schemas[1:] if one is not None]
    return Export(text.encode("utf-8", "replace"), remarks=(*named, *remarks))
