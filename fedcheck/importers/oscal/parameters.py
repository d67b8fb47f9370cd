"""Parameters of an OSCAL catalog, and their insertion into its prose."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedcheck.domain.text import clean, one_line
from fedcheck.errors import FedcheckError
from fedcheck.importers.oscal.file import list_objects, text_of

LONGEST = 20_000
"""The most characters that a text may grow to by insertions; official ones stay below 6,000."""

MOST = 80_000_000
"""The most characters of all texts of a catalog together; a whole SP 800-53 has some 20 million."""

DEEPEST = 30
"""How deep insertions may nest; official ones nest twice."""

_INSERT = re.compile(
    r"\{\{\s*(?:insert\s*:\s*(?:param|parameter)\s*,|param(?:eter)?\s*:)?\s*([^\s{}|,:]+)\s*\}\}"
)
"""`{{ insert: param, ac-1_prm_1 }}`, and the shorter forms from before OSCAL 1.0."""

_ANCHOR = re.compile(r"\[([^\[\]]*)\]\(#[^()\s]*\)")
_LOOSE = re.compile(r"(?<=\S) +(?=\)|[;:,.](?:\s|$))|(?<=\() +")
"""Blanks that are left around an insertion or a link."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: what an organization fills in, or what the baseline has filled in.

    Attributes:
        values: what it is set to.
        constraints: what the baseline demands of it.
        choices: what is to be chosen from; `many` shows whether more than one may be.
        whole_of: ids of the parameters that it stands for together.
    """

    id: str
    label: str = ""
    values: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    guidelines: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    many: bool = False
    whole_of: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Return whether the catalog gives a value or a constraint."""
        return bool(self.values or self.constraints)


def params_of(holder: Mapping[str, Any]) -> list[Param]:
    """Return the parameters that a control, a group or the catalog declares."""
    return [
        _param(one) for one in list_objects(holder, "params", "parameters") if text_of(one, "id")
    ]


def _param(data: dict[str, Any]) -> Param:
    select = data.get("select")
    chosen = select if isinstance(select, dict) else {}
    props = list(list_objects(data, "props", "properties"))
    named = {
        name: tuple(text_of(p, "value") for p in props if text_of(p, "name") == name)
        for name in ("aggregates", "alt-identifier")
    }
    return Param(
        text_of(data, "id"),
        one_line(text_of(data, "label")),
        _texts(data, ("values", "value"), ()),
        _texts(data, ("constraints",), ("description", "detail")),
        _texts(data, ("guidelines", "guidance"), ("prose",)),
        _texts(chosen, ("choice", "alternatives"), ("value", "prose")),
        text_of(chosen, "how-many", "how_many").replace(" ", "-").casefold() == "one-or-more",
        named["aggregates"],
        named["alt-identifier"],
    )


def _texts(data: Mapping[str, Any], names: Iterable[str], inside: Iterable[str]) -> tuple[str, ...]:
    """Return texts under some names: a text, texts, or objects with their text under a name."""
    found = []
    for name in names:
        value = data.get(name)
        for one in value if isinstance(value, list) else [value]:
            text = text_of(one, *inside) if isinstance(one, dict) else one
            if isinstance(text, str) and text.strip():
                found.append(one_line(text))
    return tuple(found)


@dataclass(slots=True)
class Inserter:
    """Writes parameters into prose.

    Attributes:
        params: every parameter of the catalog by its ids.
        lower: those ids by what they are in lower case.
        unknown: ids that prose asks for and no parameter has.
    """

    params: dict[str, Param]
    lower: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    _made: dict[str, str] = field(default_factory=dict)
    _under_way: list[str] = field(default_factory=list)
    _total: int = 0

    def prose(self, text: str) -> str:
        """Return prose with its parameters, without links inside the catalog, fit for a screen."""
        lines = (" ".join(line.split()) for line in text[: 4 * LONGEST].splitlines())
        found = _ANCHOR.sub(r"\1", self._filled("\n".join(lines)))
        self._total += len(found)
        if self._total > MOST:
            raise FedcheckError(
                "the catalog's parameters insert each other without end",
                "NIST and FedRAMP publish no such catalog",
            )
        return clean(
            "\n".join(_LOOSE.sub("", " ".join(o.split())) for o in found.split("\n"))
        ).strip()

    def value(self, name: str) -> str:
        """Return what is in prose for a parameter.

        Its value; else what the baseline demands, in brackets; else the selection or assignment
        that is the organization's, written as NIST writes it.
        """
        name = self._known(name)
        if name not in self._made:
            if name in self._under_way or len(self._under_way) >= DEEPEST:
                return f"[{one_line(name, 60)}]"
            self._under_way.append(name)
            self._made[name] = self._filled(self._raw(name))
            self._under_way.pop()
        return self._made[name]

    def _known(self, name: str) -> str:
        """Return an id as the catalog declares it: in another case where it is so alone."""
        return name if name in self.params else self.lower.get(name.casefold(), name)

    def _raw(self, name: str) -> str:
        param = self.params.get(name)
        if param is None:
            self.unknown[name] = None
            return f"[{one_line(name, 60)}]"
        if param.values:
            return ", ".join(param.values)
        if param.constraints:
            return f"[{'; '.join(param.constraints)}]"
        known = map(self._known, param.whole_of)
        parts = [self.params[one] for one in known if one in self.params]
        if any(part.is_set for part in parts):
            ids = dict.fromkeys(part.id for part in parts if part.is_set)
            return "; ".join(f"{{{{ insert: param, {one} }}}}" for one in ids)
        if param.choices:
            how = "one or more" if param.many else "one"
            return f"[Selection ({how}): {'; '.join(param.choices)}]"
        label = param.label or "; ".join(param.guidelines) or param.id
        own = "" if label.casefold().startswith("organization-defined") else "organization-defined "
        return f"[Assignment: {own}{label}]"

    def _filled(self, text: str) -> str:
        if "{{" not in text:
            return text[:LONGEST]
        found, end = [], 0
        room = LONGEST
        for match in _INSERT.finditer(text):
            piece = text[end : match.start()] + self.value(match[1])
            end = match.end()
            found.append(piece[:room])
            room -= len(piece)
            if room <= 0:
                return "".join(found) + "…"
        return "".join([*found, text[end:][:room]])


def inserter(declared: Iterable[Param]) -> Inserter:
    """Return the inserter of a catalog; of parameters with the same id the first one counts."""
    params: dict[str, Param] = {}
    declared = list(declared)
    for param in declared:
        params.setdefault(param.id, param)
    for param in declared:
        for alias in param.aliases:
            params.setdefault(alias, param)
    lower: dict[str, str] = {}
    for name in params:
        lower.setdefault(name.casefold(), name)
    return Inserter(params, lower)
