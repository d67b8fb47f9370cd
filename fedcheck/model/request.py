"""Requests: what one side asks of another, and whether it was answered."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fedcheck.model.key import extra, key

RequestKind = Literal["question", "evidence"]
RequestState = Literal["open", "answered", "accepted"]


@dataclass(frozen=True, slots=True)
class Request:
    """A reviewer's question, or an assessor's request for evidence."""

    id: str = key("Short random id")
    title: str = key("What is asked, in one line")
    kind: RequestKind = key("A reviewer's question, or a request for evidence", default="question")
    state: RequestState = key("open, answered or accepted", default="open")
    by: str = key("Who asks: a person or a role", default="")
    to: str = key("Who is to answer: a person or a role", default="")
    asked: date | None = key("Day on which it was asked", default=None)
    due: date | None = key("Day by which it is to be answered", default=None)
    answer: str = key("The answer", default="")
    items: tuple[str, ...] = key("References of the items it concerns", default=())
    extra: dict[str, Any] = extra()


@dataclass(frozen=True)
class Requests:
    """What `requests.toml` holds."""

    format: int = key("Version of the file format: 1")
    requests: tuple[Request, ...] = key("The requests", default=(), name="request")
    extra: dict[str, Any] = extra()
