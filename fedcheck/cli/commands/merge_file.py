"""The merge driver that git runs."""

from pathlib import Path

import click

from fedcheck.cli.options import print_error
from fedcheck.domain.text import one_line

MANY = 20
"""How many remarks on one file are listed."""


@click.command("merge-file")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
def merge_file(base: Path, ours: Path, theirs: Path, path: Path) -> int:
    """Merge two versions of a file of a workspace record by record; git runs this.

    BASE is the common ancestor, OURS and THEIRS are the two versions; the result replaces OURS.
    PATH is what the file is called in the repository. Register the driver with: fedcheck sync
    --setup.

    Where two people set the same field to different values, OURS keeps both: one in the record, one
    next to it. The next fedcheck command settles which one stands by the histories.

    Exit status 1: a version cannot be read, or two people set the same key of fedcheck.toml or of a
    checklist. OURS then has git's conflict markers.

    \b
    Example:
      fedcheck merge-file base.toml ours.toml theirs.toml progress/rev5.readiness.csp.toml
    """
    from fedcheck.sharing import merge_file as driver

    outcome = driver.merge_file(base, ours, theirs, path)
    name = one_line(path.as_posix(), 120)
    if outcome.problem:
        print_error(f"{name}: not merged: {outcome.problem}")
    for remark in outcome.remarks[:MANY]:
        print_error(f"{name}: {remark}")
    if len(outcome.remarks) > MANY:
        print_error(f"{name}: and {len(outcome.remarks) - MANY} more")
    if not outcome.is_merged:
        print_error(f"{name}: has conflict markers", driver.HINT)
    return 0 if outcome.is_merged else 1
