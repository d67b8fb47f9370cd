"""Requests: what one side asks of another, and whether it was answered."""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct, field

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import RequestKind, RequestState
from fedcheck.domain.key import Key, extra


class Request(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """A reviewer's question, or an assessor's request for evidence.

    The columns are those of the register that reviewers and providers keep in a review: who asks,
    in which round, on which place of which document, the answer, and its fate.
    """

    id: str
    title: str = ""
    kind: RequestKind = RequestKind.QUESTION
    state: RequestState = RequestState.OPEN
    by: str = ""
    to: str = ""
    asked: date | None = None
    due: date | None = None
    round: str = ""
    document: str = ""
    section: str = ""
    text: str = ""
    answer: str = ""
    answered: date | None = None
    comment: str = ""
    items: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()

    @property
    def returned(self) -> bool:
        """Return whether it was answered before, and the answer came back."""
        return self.state == "open" and self.answered is not None


class Requests(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What `requests.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    requests: Annotated[tuple[Request, ...], Key("The requests")] = field(
        name="request", default=()
    )
    extra: dict[str, Any] = extra()
