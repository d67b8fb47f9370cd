"""Check a document against a JSON Schema: our own statement of what is required, or a file.

FedRAMP publishes its schemas as files that refer to one another. Their references were written
`FILE.json/$defs/NAME` at first, which no library resolves, and `FILE.json#/$defs/NAME` since; both
are understood. A schema that is referred to is read from the folder of the one that was named;
nothing is fetched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from referencing import Registry, Resource

LARGEST = 4 * 1024 * 1024
"""The most bytes of a schema; those of FedRAMP have at most 16 KB."""

DEEPEST = 100
"""The deepest nesting of a schema that is read."""

SHOWN = 5
"""How many problems of a document are listed."""

_OLD_REFERENCE = re.compile(r"(.*\.json)/(\$defs|definitions)/")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.json")


class Schema(Struct, frozen=True):
    """A schema that a document is checked against.

    Attributes:
        contents: the parsed schema; its references have their `#`.
        name: what to call it in a message.
        folder: where the schemas that it refers to are; None for our own, which refers to none.
    """

    contents: Mapping[str, Any]
    name: str
    folder: Path | None = None

    @property
    def allows_more(self) -> bool:
        """Return whether a document may have keys at its top that the schema does not name."""
        return not any(
            self.contents.get(word) is False
            for word in ("additionalProperties", "unevaluatedProperties")
        )

    def property(self, name: str) -> Mapping[str, Any] | None:
        """Return what the schema states about a key at the top of a document, or None."""
        found = self.contents.get("properties", {}).get(name)
        return found if isinstance(found, dict) else None


def load_schema(path: Path, key: str) -> Schema:
    """Read the schema of a document that has a key at its top.

    Raises FedcheckError (unreadable) where the file is no such schema.
    """
    contents = _read(path)
    properties = contents.get("properties")
    if not isinstance(properties, dict) or key not in properties:
        raise FedcheckError(
            f"{path}: is not the schema of this document: it has no {key}",
            "name the file that FedRAMP publishes for it",
        )
    version = contents.get("$schemaVersion")
    called = one_line(str(contents.get("title") or path.name), 80)
    name = f"{called} {one_line(version, 20)}" if isinstance(version, str) else called
    return Schema(contents, name, path.parent)


def check_document(document: Mapping[str, Any], schema: Schema) -> None:
    """Check a document, formats such as uri and date-time included.

    Raises FedcheckError: refused where it is not valid, with what is wrong at which place;
    unreadable where the schema cannot be used.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for
    from referencing.exceptions import Unresolvable

    checker = Draft202012Validator.FORMAT_CHECKER
    for wanted in ("uri", "date-time"):
        if wanted not in checker.checkers:
            # Without its package the library would take any text for valid, without a word.
            raise FedcheckError(
                f"the format {wanted} cannot be checked: a package is not installed",
                "reinstall fedcheck with its dependencies",
            )
    kind = validator_for(schema.contents, default=Draft202012Validator)
    try:
        kind.check_schema(schema.contents)
        validator = kind(schema.contents, registry=_registry(schema), format_checker=checker)
        found = sorted(validator.iter_errors(document), key=lambda one: one.json_path)
    except SchemaError as error:
        text = f"{schema.name}: is not a valid JSON Schema: {one_line(error.message, 120)}"
        raise FedcheckError(text, "download the file again") from None
    except Unresolvable as error:
        missing = one_line(str(error.ref), 120)
        raise FedcheckError(
            f"{schema.name}: refers to {missing}, which was not found",
            "save the schema it refers to in the same folder under its original name",
        ) from None
    except RecursionError:
        raise FedcheckError(f"{schema.name}: refers to itself", "download the file again") from None
    if found:
        listed = [f"  {one.json_path}: {one_line(one.message, 160)}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            listed.append(f"  and {len(found) - SHOWN} more")
        raise FedcheckError(
            "nothing was written: the document is not valid\n" + "\n".join(listed),
            f"checked against {schema.name}",
            ErrorKind.REFUSED,
        )


def _read(path: Path) -> dict[str, Any]:
    """Return the parsed schema of a file. Raises FedcheckError (unreadable)."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise FedcheckError(f"{path}: too large for a schema", "name a JSON Schema")
        contents = json.loads(raw)
    except (ValueError, RecursionError):
        raise FedcheckError(f"{path}: is not JSON", "name a JSON Schema") from None
    except OSError as error:
        text = f"{path}: {(error.strerror or str(error)).lower()}"
        raise FedcheckError(text, "check name and permissions") from None
    if not isinstance(contents, dict):
        raise FedcheckError(f"{path}: is not a JSON Schema", "name a JSON Schema")
    found: dict[str, Any] = _with_pointers(contents, path)
    return found


def _with_pointers(value: Any, path: Path, depth: int = 0) -> Any:
    """Return a schema in which every reference into another file has its `#`."""
    if depth > DEEPEST:
        raise FedcheckError(f"{path}: nested too deeply for a schema", "name a JSON Schema")
    if isinstance(value, list):
        return [_with_pointers(one, path, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _OLD_REFERENCE.sub(r"\1#/\2/", one)
        if name == "$ref" and isinstance(one, str)
        else _with_pointers(one, path, depth + 1)
        for name, one in value.items()
    }


def _registry(schema: Schema) -> "Registry[Any]":
    """Return what finds the schemas that a schema refers to: in its folder, and nowhere else."""
    from referencing import Registry
    from referencing.exceptions import NoSuchResource

    def retrieve(uri: str) -> "Resource[Any]":
        for path in _candidates(schema.folder, uri):
            found = _read(path)
            if path.name == uri.rpartition("/")[2] or found.get("$id") == uri:
                return _as_resource(found)
        raise NoSuchResource(uri)

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]


def _candidates(folder: Path | None, uri: str) -> Iterator[Path]:
    """Yield the files that may hold a schema: that of its name first, then all others."""
    if folder is None:
        return
    name = uri.rpartition("/")[2]
    named = folder / name
    if _FILE_NAME.fullmatch(name) and named.is_file():
        yield named
        return
    yield from sorted(one for one in folder.glob("*schema*.json") if one.is_file())


def _as_resource(contents: Mapping[str, Any]) -> "Resource[Any]":
    from referencing import Resource
    from referencing.jsonschema import DRAFT202012

    return Resource.from_contents(contents, default_specification=DRAFT202012)
