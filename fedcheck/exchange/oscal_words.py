"""The guidance of an item that a catalog makes: what an assessor needs beside the statement."""

from collections.abc import Iterable

from fedcheck.exchange.oscal_catalog import Control, Objective

CORE = "FedRAMP core control."
"""What `fedcheck list core` finds; core controls are tested each year."""

LONGEST = 30_000
"""The most characters of a guidance; official ones stay below 12,000."""


def about_control(control: Control) -> str:
    """Return the guidance of an item that is a whole control, in Markdown."""
    determine = [f"{one.label}: {one.text}" for one in control.objectives]
    return _joined(
        CORE if control.core else "",
        _list("FedRAMP wants a response to", control.points),
        _list("FedRAMP properties", control.more),
        _paragraphs("FedRAMP guidance", control.advice),
        _list("Determine", determine),
        *_methods(control, control.objects),
        _list("Parameters", control.params),
        _paragraphs("Discussion", [control.discussion]),
    )


def about_objective(control: Control, objective: Objective) -> str:
    """Return the guidance of an item that is one determination statement, in Markdown."""
    return _joined(
        f"{control.label} {control.title}",
        CORE if control.core else "",
        _list("FedRAMP wants a response to", objective.points),
        *_methods(control, objective.methods),
        _list("FedRAMP properties", control.more),
        _paragraphs("FedRAMP requirements", control.demands),
        _paragraphs("FedRAMP guidance", control.advice),
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)[:LONGEST]


def _methods(control: Control, methods: Iterable[str]) -> list[str]:
    looked_at = control.objects
    return [f"**{m.title()}:** {looked_at[m]}" for m in methods if looked_at.get(m)]


def _list(title: str, lines: Iterable[str]) -> str:
    listed = "\n".join(f"- {line}" for line in lines)
    return f"**{title}:**\n\n{listed}" if listed else ""


def _paragraphs(title: str, texts: Iterable[str]) -> str:
    text = "\n\n".join(one for one in texts if one)
    return f"**{title}:** {text}" if text else ""
