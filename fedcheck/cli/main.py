"""The command line: find commands by name; turn every failure into a message and a status."""

import os
import sys
from collections.abc import Sequence
from errno import EPIPE
from typing import Any

import click

from fedcheck import __version__
from fedcheck.cli.invocation import Settings, print_error, workspace_option
from fedcheck.cli.lazy_group import LazyGroup
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError

COMMANDS: dict[str, str] = {
    "demo": "init:demo",
    "init": "init:init",
    "status": "status:status",
    "list": "list:list_",
    "next": "next:next_",
    "show": "item:show",
    "set": "set:set_",
    "undo": "undo:undo",
    "redo": "undo:redo",
    "evidence": "evidence:evidence",
    "request": "request:request",
    "finding": "finding:finding",
    "tests": "tests:tests",
    "gate": "gate:gate",
    "responsibilities": "responsibilities:responsibilities",
    "handoffs": "responsibilities:handoffs",
    "milestone": "milestone:milestone",
    "report": "report:report",
    "digest": "digest:digest",
    "portfolio": "portfolio:portfolio",
    "import": "imports:import_",
    "export": "exports:export",
    "package": "package:package",
    "checklist": "checklist:checklist",
    "rules": "rules:rules",
    "history": "history:history",
    "changes": "changes:changes",
    "handover": "handover:handover",
    "convert": "convert:convert",
    "sync": "sync:sync",
    "merge-file": "merge_file:merge_file",
    "doctor": "doctor:doctor",
    "docs": "docs:docs",
    "config": "config:config",
    "completion": "config:completion",
}
"""Each command, and the module and function that hold it."""

EXIT_BUG = 70

EXIT_STATUS: dict[ErrorKind, int] = {
    ErrorKind.REFUSED: 1,
    ErrorKind.USAGE: 2,
    ErrorKind.UNREADABLE: 3,
    ErrorKind.LOCKED: 3,
    ErrorKind.BUG: EXIT_BUG,
}
"""The exit status of each kind of failure (design, section 4); given nowhere else."""

MANY_ROWS = 50
"""How many problems of one file are shown."""

EPILOG = """\b
Exit status: 0 done; 1 the answer is no; 2 wrong usage; 3 a file or
workspace cannot be used; 70 a bug in fedcheck.
fedcheck is unofficial and not affiliated with FedRAMP."""


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@workspace_option
@click.version_option(__version__, prog_name="fedcheck", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, workspace: str | None) -> None:
    """FedRAMP checklists: who owes what, in which phase, with what evidence, and whether you are
    ready.

    Without a command, the terminal app opens the current workspace.

    \b
    Example:
      fedcheck init acme --name "Acme Vault" --process jab --role csp
      fedcheck -w acme next
    """
    ctx.obj = Settings(workspace=workspace)
    if ctx.invoked_subcommand is None:
        from fedcheck.cli.launch import open_app

        ctx.exit(open_app(ctx.obj))


def run(argv: Sequence[str]) -> int:
    """Run a command line and return its exit status. Prints every failure as words on stderr."""
    _open_missing_streams()
    words = list(argv)
    if words[:1] == ["-w"] and words[1:]:
        words[0] = "--workspace"  # for a short option click looks for long ones like it first
    try:
        status: Any = cli.main(args=words, prog_name="fedcheck", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        return _end_quietly()
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        _print_usage_error(error)
        return 2
    except InvalidFileError as error:
        for problem in error.problems[:MANY_ROWS]:
            print_error(str(problem))
        if len(error.problems) > MANY_ROWS:
            print_error(f"and {len(error.problems) - MANY_ROWS} more problems")
        return EXIT_STATUS[error.kind]
    except FedcheckError as error:
        print_error(str(error), error.hint)
        return EXIT_STATUS[error.kind]
    except OSError as error:
        if error.errno == EPIPE:
            return _end_quietly()
        where = f"{error.filename}: " if error.filename else ""
        print_error(
            f"{where}{(error.strerror or str(error)).lower()}", "check name and permissions"
        )
        return 3
    except SystemExit as error:
        return _end_quietly() if error.code == 1 else EXIT_BUG
    except Exception as error:
        return _report_bug(error)


def _print_usage_error(error: click.ClickException) -> None:
    """State what is wrong with a command line; click would quote its words as they are."""
    from fedcheck.domain.text import one_line

    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"see: {context.command_path} --help" if context else ""
    print_error(one_line(error.format_message(), 500), hint)


def _open_missing_streams() -> None:
    """Let output go nowhere where the caller has closed it (`fedcheck list >&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123 - stays open


def _end_quietly() -> int:
    """End without a word when the reader of our output has gone (a pipe into head)."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - stays open to the end
    return 0


def _report_bug(error: BaseException) -> int:
    from fedcheck.storage.crash_report import write_report

    path = write_report(error)
    print_error("this is a bug in fedcheck; everything reported as saved is on disk")
    print_error(f"an error report without your data is in {path}")
    return EXIT_BUG
