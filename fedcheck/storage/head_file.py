"""The head file of a workspace, `fedcheck.toml`: what it states, and whether that fits."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fedcheck.domain.process import Process
from fedcheck.domain.profile import fill_defaults, find_missing_combination
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.set_twice import SET_TWICE
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.cache import NO_CACHE, Cache, make_key
from fedcheck.storage.paths import WORKSPACE_FILE
from fedcheck.storage.problems import Collector
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.time_zones import is_zone


def find_cache(root: Path, cache: Cache) -> Cache:
    """Return the cache for the files of a workspace, as its head file wants it.

    Nothing is kept of a workspace whose head file cannot be read.
    """
    try:
        raw = read_bytes(root / WORKSPACE_FILE, root)
        config = cache.load(WorkspaceConfig, _make_key(raw))
        if config is not None:
            return cache.for_workspace(config.marking, config.cache)
        from fedcheck.storage.toml_io import parse  # only a new file pays for it

        data = parse(root / WORKSPACE_FILE, raw).data
    except InvalidFileError:
        return NO_CACHE
    wanted, marking = data.get("cache"), data.get("marking", "")
    if not isinstance(wanted, bool | None) or not isinstance(marking, str):
        return NO_CACHE
    return cache.for_workspace(marking, wanted)


def load_head(
    root: Path, processes: Mapping[str, Process] | None = None, cache: Cache = NO_CACHE
) -> tuple[WorkspaceConfig, list[Problem]]:
    """Read `fedcheck.toml`, with warnings. Raises InvalidFileError where it cannot be used.

    The role is checked where its process is among the known ones.
    """
    path = root / WORKSPACE_FILE
    raw = read_bytes(path, root)
    key = _make_key(raw)
    known = cache.load(WorkspaceConfig, key)
    problems = Collector(path)
    if known is not None:
        _check_head(known, (processes or {}).get(known.process), problems)
        if not problems.found:
            return known, []
    from fedcheck.storage.decoder import decode  # only a new file pays for it
    from fedcheck.storage.toml_io import parse

    document = parse(path, raw)
    problems = document.collector()
    config = decode(WorkspaceConfig, document.data, (), problems)
    if config is not None:
        _check_head(config, (processes or {}).get(config.process), problems)
        for name in (one for one in config.extra if one != SET_TWICE):
            hint = did_you_mean(name, WorkspaceConfig.__struct_fields__)
            problems.add((name,), f'unknown key "{name}" is ignored', hint, "warning")
    for one in problems.found:
        if one.path[:1] == ("package",):
            one.severity = "warning"  # what a few exports need does not close the workspace
    listed = problems.problems()
    errors = [p for p in listed if p.severity == "error"]
    if config is None or errors:
        raise InvalidFileError(errors or listed)
    if not listed and not config.extra:
        cache.keep(WorkspaceConfig, key, config)
    return config, listed


def _check_head(config: WorkspaceConfig, process: Process | None, problems: Collector) -> None:
    if process is not None and config.role not in process.all_roles:
        known = "known: " + ", ".join(process.all_roles)
        hint = did_you_mean(config.role, process.all_roles) or known
        problems.add(("role",), f'unknown role "{one_line(config.role, 60)}"', hint)
    if not is_zone(config.timezone):
        text = f'unknown time zone "{config.timezone}"'
        problems.add(("timezone",), text, "write an IANA name such as America/New_York")


def check_against_process(root: Path, config: WorkspaceConfig, process: Process) -> list[Problem]:
    """Return what in `fedcheck.toml` does not fit the process: milestones, phase, profile."""
    problems = Collector(root / WORKSPACE_FILE)
    milestones = [milestone.id for milestone in process.milestones]
    for name in config.milestones or {}:
        if name not in milestones:
            hint = did_you_mean(name, milestones) or "known: " + ", ".join(milestones)
            problems.add(("milestones", name), f'unknown milestone "{name}"', hint, "warning")
    phases = [phase.id for phase in process.phases]
    if config.begins and config.begins not in phases:
        hint = did_you_mean(config.begins, phases) or "known: " + ", ".join(phases)
        problems.add(("begins",), f'unknown phase "{config.begins}"', hint)
    for option, value in (config.profile or {}).items():
        known = (process.profile or {}).get(option)
        if known is None:
            hint = did_you_mean(option, process.profile or {})
            text = f'the process {process.id} has no profile option "{option}"'
            problems.add(("profile", option), text, hint, "warning")
        elif value not in known.values:
            hint = did_you_mean(value, known.values) or "choose " + " or ".join(known.values)
            problems.add(("profile", option), f'unknown {option} "{value}"', hint)
    if not any(one.severity == "error" for one in problems.found):
        profile = fill_defaults(process, config.profile or {})
        if not process.allows(profile):
            problems.add(("profile",), *find_missing_combination(process, profile))
    if problems.found:
        # The text is read for the lines of what is wrong, and nothing is wrong nearly always.
        problems.text = read_bytes(problems.file, root).decode("utf-8", "replace")
    return problems.problems()


def _make_key(raw: bytes) -> str:
    return make_key("head", "", hashlib.sha256(raw).hexdigest())
