"""What a merge lists: where it had to decide, and where it could not."""

from msgspec import Struct


class Remark(Struct, frozen=True):
    """One place of a merge that a person may want to look at.

    Attributes:
        where: the record and the fields, as text.
        text: what happened.
        is_conflict: whether two sides set different values where only one can be written.
    """

    where: str
    text: str
    is_conflict: bool = False

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.text}"


CHANGE_STANDS = "removed on one side and changed on the other: the change is kept"

BOTH_SET = "set on both sides: both values are kept until the next fedcheck command resolves it"

NO_ANSWER = "set on both sides"

LATER_STANDS = "different on both sides: the latest value is kept"

BOTH_KEPT = "changed on both sides: both texts are kept"

AGREEMENT_DROPPED = "the observation changed on the other side: it needs to be reviewed again"
