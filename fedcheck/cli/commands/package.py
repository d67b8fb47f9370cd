"""The command that shows what the certification package still lacks."""

from datetime import date

import click

from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_problems,
    workspace_option,
)
from fedcheck.domain.text import one_line, pluralize


@click.command()
@workspace_option
@as_of_option
@json_option
def package(workspace: str | None, as_of: date | None, as_json: bool) -> int:
    """Show what is missing in [package] of fedcheck.toml for the Certification Package Overview.

    Exit status 1 if the overview requires something that is missing.

    \b
    Example:
      fedcheck package
      fedcheck export cpo -o cpo.json
    """
    from fedcheck.analysis.assessment_summary import add_overall_summary
    from fedcheck.analysis.package_gaps import list_gaps
    from fedcheck.storage.package_table import load_package

    session = open_workspace(workspace, as_of)
    found, problems = load_package(session.root)
    print_problems(problems)
    found = add_overall_summary(found, session.board().shared())
    gaps = list_gaps(session.project.config, found)
    required = [gap for gap in gaps if gap.required]
    if as_json:
        print_json(
            {
                "schema": "fedcheck/package@1",
                "ready": not required,
                "missing": [
                    {"key": gap.key, "why": gap.why, "required": gap.required} for gap in gaps
                ],
            }
        )
        return 1 if required else 0
    if required:
        count = pluralize(len(required), "required entry", "required entries")
        print_line(f"Not ready: {count} missing in fedcheck.toml.")
    else:
        print_line("Ready: fedcheck export cpo -o cpo.json")
    wide = max((len(gap.key) for gap in gaps), default=0)
    for title, wanted in (("Required", True), ("Optional", False)):
        listed = [gap for gap in gaps if gap.required is wanted]
        if listed:
            print_line(f"{title}:")
        for gap in listed:
            print_line(f"  {gap.key:{wide}}  {one_line(gap.why, 100)}")
    return 1 if required else 0
