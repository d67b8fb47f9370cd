"""Commands on releases of FedRAMP's rules: what changed from one to another."""

import os
from pathlib import Path

import click

from fedcheck.cli.options import json_option, print_json
from fedcheck.errors import FedcheckError


@click.group()
def rules() -> None:
    """Compare releases of FedRAMP's Consolidated Rules.

    \b
    Example:
      fedcheck rules diff rules-2026-07.json rules-2026-11.json
    """


@rules.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Show what changed from one release of the rules to another, as Markdown for an email.

    OLD and NEW are the official JSON of any release, or folders with the files of one. No
    workspace is needed. Changes are found by content, because FedRAMP's change log omits most of
    them; changes it does not mention are listed. Renames that the data does not state are listed
    for you to confirm.

    \b
    Example:
      fedcheck rules diff rules-2026-07.json rules-2026-11.json > rules-change.md
      fedcheck rules diff rules-2026-07.json rules-2026-11.json --json
    """
    from fedcheck.cli.rules_difference import difference_document, render_difference
    from fedcheck.importers.rules.compare import compare
    from fedcheck.importers.rules.reader import read_release

    for path in (old, new):
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where one is closed to us
            raise FedcheckError(f"{path}: no such file or folder", "check the name")
    before, after = read_release(old), read_release(new)
    found = compare(before, after)
    if as_json:
        print_json(difference_document(before, after, found))
        return
    click.echo(render_difference(before, after, found), nl=False)
