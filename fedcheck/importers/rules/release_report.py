"""What an import of a release states: what was read, and what is new, gone, changed or renamed."""

from collections.abc import Iterator, Mapping, Sequence

from fedcheck.domain.checklist import Item
from fedcheck.domain.process import Process
from fedcheck.domain.text import pluralize
from fedcheck.importers.plan import Note
from fedcheck.importers.rules.carry_over import Move, Place
from fedcheck.importers.rules.common_changes import describe_differences
from fedcheck.importers.rules.document import Entry, Indicator, Release, Rule, Wording
from fedcheck.importers.rules.renames import propose_renames
from fedcheck.session import Session


def describe_release(release: Release, earlier: Sequence[str]) -> Iterator[str]:
    """Yield what was read, and which release the lists of the workspace were from.

    Args:
        release: what was read.
        earlier: titles of the releases that the lists were made from.
    """
    rules = sum(isinstance(one, Rule) for one in release.entries.values())
    indicators = len(release.entries) - rules
    retired = len(release.rules) + len(release.indicators) - len(release.entries)
    yield (
        f"{pluralize(rules, 'rule')} and {pluralize(indicators, 'live indicator')} read"
        f" from release {release.name}, sha256 {release.sha256}"
    )
    if retired:
        yield f"{pluralize(retired, 'retired item')} left out"
    for title in dict.fromkeys(earlier):
        version, _, known = title.rpartition("Rules, ")[2].partition(", sha256 ")
        if version != release.name:
            yield f"the lists came from release {version}"
        elif known and not release.sha256.startswith(known):
            yield (
                f"the lists came from a release with the same version, {version}, but different "
                f"content: sha256 {known}"
            )


def describe_changes(
    session: Session,
    process: Process,
    before: Mapping[str, Place],
    after: Mapping[str, Place],
    moves: Sequence[Move],
) -> Iterator[str]:
    """Yield what is new, gone, changed and renamed, with the ids, and what is to be reviewed."""
    old_of = {one.new: one.olds[0] for one in moves}
    merged = {old for one in moves for old in one.olds}
    came = [code for code in after if code not in before and code not in old_of]
    gone = [code for code in before if code not in after and code not in merged]
    if came:
        yield f"{len(came)} new: {', '.join(came)}"
    if gone:
        yield f"{len(gone)} gone: {', '.join(gone)}"
        kept = sum(not session.project.record(before[code].ref).untouched for code in gone)
        if kept:
            yield (
                f"{pluralize(kept, 'record')} of these, kept without an item; each is listed below"
            )
    for move in moves:
        if move.olds != (move.new,):
            yield f"{', '.join(move.olds)} {'are' if len(move.olds) > 1 else 'is'} {move.new} now"
        else:
            yield f"{move.new} is in {after[move.new].checklist} now"
    earlier = {code: before.get(old_of.get(code, code)) for code in after}
    pairs = [(old, after[code]) for code, old in earlier.items() if old is not None]
    different = list(describe_differences(pairs, process))
    yield from different
    if not (came or gone or different or moves):
        yield "nothing was added, removed or changed compared with the lists of the workspace"
    flagged = list(_list_flagged(session, before, after, old_of))
    if flagged:
        yield f"{pluralize(len(flagged), 'record')} to be reviewed: {', '.join(flagged)}"
        yield f"what changed in each, word by word: fedcheck show {flagged[0]} --diff"


def _list_flagged(
    session: Session,
    before: Mapping[str, Place],
    after: Mapping[str, Place],
    old_of: Mapping[str, str],
) -> Iterator[str]:
    """Yield the ids whose record was made for something else, and was not flagged before."""
    project = session.project
    for code, place in after.items():
        earlier = before.get(old_of.get(code, code))
        basis = project.record(earlier.ref).basis if earlier else ""
        if earlier is None or not basis or not place.item.applies_to(project.facts):
            continue
        was = earlier.item.resolved(project.facts).accepts(basis)
        if was and not place.item.resolved(project.facts).accepts(basis):
            yield code


def note_proposals(
    session: Session,
    release: Release,
    before: Mapping[str, Place],
    after: Mapping[str, Place],
    moves: Sequence[Move],
) -> Iterator[Note]:
    """Yield the records whose items are gone, then what may be a rename by name and text.

    A person decides about these; nothing is moved.
    """
    moved = {old for one in moves for old in one.olds} | {one.new for one in moves}
    gone = [
        entry
        for code, place in before.items()
        if code not in after and code not in moved
        for entry in _entries_of(place.item)
    ]
    came = [release.entries[code] for code in after if code not in before and code not in moved]
    successors = {one.old: one.new for one in propose_renames(gone, came)}
    recorded = [
        code
        for code in dict.fromkeys(one.id for one in gone)
        if not session.project.record(before[code].ref).untouched
    ]
    for code in recorded:
        old = before[code].ref
        likely = successors.pop(code, None)
        if likely is None:
            remedy = "fedcheck doctor shows and moves it"
        else:
            new = after[likely].ref
            remedy = f"it may now be {likely}; if so: fedcheck doctor --move {old}={new}"
        yield Note(code, f"was removed; the record of {old} stays", remedy)
    for code, likely in successors.items():
        yield Note(code, f"was removed; by name and text, it may now be {likely}")


def _entries_of(item: Item) -> Iterator[Entry]:
    """Yield what an item of a list states about its rule: enough to find its likest successor.

    A list does not distinguish rules from indicators, and older releases have rules whose ids begin
    with KSI: such an item may be either.
    """
    where = item.source.where if item.source else ""
    name = where.partition(", ")[2]
    wording = Wording(item.statement)
    if item.code.startswith("KSI-"):
        yield Indicator(id=item.code, name=name, common=wording, theme="")
    yield Rule(id=item.code, name=name, common=wording, ruleset="")
