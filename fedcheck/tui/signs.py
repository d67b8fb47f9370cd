"""Signs and bars: how status, evidence and progress are drawn, in Unicode or ASCII."""

from msgspec import Struct

from fedcheck.analysis.progress import Count
from fedcheck.domain.glossary import EVIDENCE_SIGNS, STATUS_GLYPHS, STATUS_SIGNS
from fedcheck.domain.row import Row

_EIGHTHS = " ▏▎▍▌▋▊▉█"


class Signs(Struct, frozen=True):
    """A set of signs, all one cell wide in common fonts (`status`: always of equal width)."""

    status: dict[str, str]
    overdue: str
    stale: str
    changed: str
    waiting: str
    here: str
    pointer: str
    marked: str
    ascii_only: bool

    def bar(self, count: Count, cells: int) -> str:
        """Return the progress bar of a count."""
        return self.share(count.done, count.countable, cells)

    def share(self, done: int, total: int, cells: int) -> str:
        """Return a progress bar of a width; anything done shows at least a sliver."""
        share = done / total if total else 1.0
        if self.ascii_only:
            full = int(share * cells)
            return ("#" * full).ljust(cells, ".")
        eighths = int(share * cells * 8)
        if done and not eighths:
            eighths = 1
        full, part = divmod(eighths, 8)
        return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(cells)

    def evidence(self, state: str) -> str:
        """Return the sign of a state of evidence."""
        sign = EVIDENCE_SIGNS[state]
        return sign.ascii if self.ascii_only else sign.glyph

    def mark(self, row: Row) -> str:
        """Return the one sign for what is most wrong with an entry, or a blank."""
        if row.overdue:
            return self.overdue
        if row.unsound:
            return self.stale
        if row.changed:
            return self.changed
        return self.waiting if row.waiting else " "


UNICODE = Signs(
    status=dict(STATUS_GLYPHS),
    overdue="!",
    stale="↻",
    changed="△",
    waiting="…",
    here="▸",
    pointer="▌",
    marked="●",
    ascii_only=False,
)
ASCII = Signs(
    status={str(name): sign.ascii for name, sign in STATUS_SIGNS.items()},
    overdue="!",
    stale="%",
    changed="^",
    waiting=".",
    here=">",
    pointer=">",
    marked="*",
    ascii_only=True,
)

TONES = {
    "muted": "$foreground-muted",
    "accent": "$accent",
    "error": "$text-error",
    "success": "$text-success",
    "warning": "$text-warning",
}
"""The names of the theme for what a color means."""

STATUS_STYLES = {str(name): TONES[sign.tone] for name, sign in STATUS_SIGNS.items()}
"""The color of each status, by the names of the theme."""

EVIDENCE_STYLES = {str(name): TONES[sign.tone] for name, sign in EVIDENCE_SIGNS.items()}
"""The color of each state of evidence, by the names of the theme."""


def sign_set(name: str) -> Signs:
    """Return the set of signs that the user chose."""
    return ASCII if name == "ascii" else UNICODE
