"""The JSON Schema says what the loader says."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
from conftest import MINI
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.finding import Findings
from fedcheck.domain.process import Process
from fedcheck.domain.request import Requests
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.toml_keys import keys_of
from fedcheck.storage.validation import schema

CHECKLIST = schema(Checklist, "A fedcheck checklist")
SHIPPED = Path(__file__).parent.parent / "checklists"


def as_json(value: Any) -> Any:
    """Return TOML data as an editor's schema check sees it: dates are text."""
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def parsed(text: str) -> Any:
    return as_json(tomli.loads(text))


def valid(document: Any, against: dict[str, Any] = CHECKLIST) -> bool:
    return jsonschema.Draft202012Validator(against).is_valid(document)


@pytest.mark.parametrize("cls", [Checklist, Process, WorkspaceConfig, Requests, Findings])
def test_it_is_a_schema_of_draft_2020_12(cls: type) -> None:
    made = schema(cls, "T")
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.dumps(made) == json.dumps(schema(cls, "T"))
    assert set(made["required"]) == {n for n, spec in keys_of(cls).items() if spec.required}
    for part in (made, *made["$defs"].values()):
        assert part["description"]
        assert all(one["description"] for one in part["properties"].values())


def shipped_files(name: str) -> list[Path]:
    found = []
    for path in sorted(SHIPPED.glob(f"*/{name}")):
        try:
            tomli.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            continue
        found.append(path)
    return found


def test_every_shipped_checklist_that_the_loader_takes_is_valid() -> None:
    lists = [path for path in shipped_files("*.toml") if path.name != "process.toml"]
    assert lists
    for path in lists:
        document = parsed(path.read_text(encoding="utf-8"))
        errors = list(jsonschema.Draft202012Validator(CHECKLIST).iter_errors(document))
        loaded = load_list(path, "shipped")
        assert not errors or loaded.problems(), (path.name, errors[:1])


def test_every_shipped_process_is_valid() -> None:
    made = schema(Process, "A process")
    for path in shipped_files("process.toml"):
        jsonschema.Draft202012Validator(made).validate(parsed(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted(MINI.glob("*.toml")), ids=lambda p: p.name)
def test_the_small_lists_are_valid(path: Path) -> None:
    assert valid(parsed(path.read_text(encoding="utf-8")))


HEAD = 'format = 1\nid = "x"\nprocess = "jab"\nphase = "p"\nrole = "csp"\ntitle = "T"\n'
ITEM = HEAD + '[[section]]\nid = "s"\ntitle = "S"\n[[section.item]]\nid = "a"\ntitle = "A"\n'

RIGHT = [
    HEAD,
    ITEM,
    HEAD.replace('"jab"', '["jab", "agency"]'),
    ITEM + "due = 2027-02-01",
    ITEM + 'due = "kick-off - 30d"',
    ITEM + 'due = "2x + 1mo"',
    ITEM + 'max-age = "120d at package"',
    ITEM + 'every = "1mo"',
    ITEM + 'applies = { impact = "high", process = ["jab"] }',
    ITEM + 'renamed-from = "old"',
    ITEM + 'renamed-from = ["old", "older"]',
    ITEM + 'kind = "test"\nmethods = ["examine"]',
    ITEM + 'meaning = 2\nbasis = "0123456789ab"',
    ITEM + '[[section.item.when]]\nimpact = "high"\nlevel = "may"',
    ITEM + '[[section.item.when]]\nimpact = ["high", "moderate"]\ndue = 2027-02-01',
    HEAD + 'audience = "internal"',
]
WRONG = [
    HEAD.replace("format = 1", "format = 2"),
    HEAD.replace("format = 1", 'format = "1"'),
    HEAD.replace('title = "T"\n', ""),
    HEAD.replace('"x"', '"X y"'),
    HEAD.replace('"x"', '""'),
    HEAD.replace('"jab"', "1"),
    HEAD + 'titel = "T"',
    ITEM + 'guidence = "x"',
    ITEM + 'level = "shall"',
    ITEM + 'kind = ""',
    ITEM + 'methods = ["look"]',
    ITEM + 'expects = "one"',
    ITEM + 'due = "next week"',
    ITEM + "due = 2027-02-01T10:00:00",
    ITEM + 'max-age = "120"',
    ITEM + 'every = "monthly"',
    ITEM + 'applies = { impact = [1] }',
    ITEM + 'source = "rar"',
    ITEM + 'source = { where = "x" }',
    ITEM + "after = 3",
    ITEM.replace('id = "a"\n', ""),
    ITEM + 'meaning = "2"',
    ITEM + 'basis = "0123"',
    ITEM + '[[section.item.when]]\nimpact = 3\nlevel = "may"',
    ITEM + '[[section.item.when]]\nimpact = "high"\nlevel = "shall"',
    HEAD + 'audience = "us"',
]  # fmt: skip


def taken(tmp_path: Path, text: str) -> bool:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    return not load_list(path, "file").problems()


@pytest.mark.parametrize("text", RIGHT)
def test_right_documents_are_valid(tmp_path: Path, text: str) -> None:
    assert taken(tmp_path, text)
    assert valid(parsed(text))


@pytest.mark.parametrize("text", WRONG)
def test_wrong_documents_are_not(tmp_path: Path, text: str) -> None:
    assert not taken(tmp_path, text)
    assert not valid(parsed(text))


@given(
    st.sampled_from(["due", "max-age", "every"]),
    st.text("0123456789dbwmoya-+ .:tkick", max_size=12),
)
def test_schema_and_loader_agree_on_expressions(key: str, text: str) -> None:
    from fedcheck.domain.dates import parse_due, parse_max_age, parse_span

    parse = {"due": parse_due, "max-age": parse_max_age, "every": parse_span}[key]
    if not text or text != text.strip() or text[:4].isdigit():
        return
    try:
        parse(text)
        right = True
    except ValueError:
        right = False
    document = parsed(ITEM)
    document["section"][0]["item"][0][key] = text
    assert valid(document) == right
