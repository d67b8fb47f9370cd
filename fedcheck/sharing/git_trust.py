"""What the configuration of a clone may contain before `sync` runs git in it.

A clone may come from a stranger: a zip with a `.git/config` that names programs. So `sync` runs
only where this user ran `sync --setup`, on this machine and at this path, and only while each key
of the clone's own configuration is one that runs nothing. The user's configuration for all
repositories is the user's own, and counts.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.sharing.git_steps import Git
from fedcheck.storage import atomic_files, local_binding
from fedcheck.storage.git_driver import DRIVER_KEY
from fedcheck.storage.paths import find_user_folders
from fedcheck.storage.typed_files import make_trusted_folder

FOLDER = "sync"
"""The folder below the user's folder of state."""

SETUP = "fedcheck sync --setup"

_HARMLESS = re.compile(
    r"""
    core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode
      |symlinks|autocrlf|eol|safecrlf|quotepath|abbrev|compression|bigfilethreshold
      |sharedrepository|untrackedcache|trustctime|checkstat|protecthfs|protectntfs|longpaths
      |preloadindex|commentchar|whitespace|commitgraph|multipackindex)
    | (user|author|committer)\.(name|email|signingkey|useconfigonly)
    | commit\.gpgsign | tag\.gpgsign | gpg\.format
    | remote\..+\.(url|pushurl|fetch|tagopt|prune|prunetags|skipdefaultupdate|skipfetchall)
    | remote\.pushdefault
    | branch\.(.+\.(remote|merge|rebase|pushremote|description|vscode-merge-base|gk-.*)
        |autosetupmerge|autosetuprebase|sort)
    | (pull\.(rebase|ff|octopus)|push\.(default|autosetupremote|followtags))
    | fetch\.(prune|prunetags)
    | (merge\.(ff|conflictstyle|renames|renamelimit|log)|diff\.(renames|renamelimit|algorithm))
    | merge\.fedcheck\.(name|driver)
    | rerere\.(enabled|autoupdate) | index\.(version|threads) | feature\..+ | http\.postbuffer
    | init\.defaultbranch | rebase\.(autostash|autosquash|updaterefs) | credential\.(.+\.)?username
    | extensions\.(objectformat|compatobjectformat|refstorage|worktreeconfig|noop)
    | submodule\..+\.(url|active) | submodule\.active
    | lfs\.(repositoryformatversion|.+\.(access|locksverify))
    | (alias|color|gui|gitk|advice|log|status|column|blame|help|format|github|vscode)\..+
    | (gc|pack|maintenance)\.(auto|autodetach|threads|windowmemory|packsizelimit|strategy)
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Keys of a clone that run no program when git commits, fetches, merges and pushes.

All others are refused: what a later git runs by a new key is not known today. `alias` is harmless,
as nothing of ours runs an alias.
"""

SHOWN = 8
"""How many keys a refusal lists."""


class Trust(Struct, frozen=True):
    """What this user set up in a clone with `sync --setup`.

    Attributes:
        driver: hash of the merge driver, the only program that the clone may name.
        clone: which repository it was, by the folder of its data.
        private_to: hash of the remotes that may have `private/`; empty where none may.
        merging: the commits of a merge that sync began and has not ended: before, and what comes.
    """

    driver: str = ""
    clone: str = ""
    private_to: str = ""
    merging: tuple[str, ...] = ()


class CloneConfig(Struct, frozen=True):
    """The configuration of a clone, as far as it matters here.

    Attributes:
        refused: keys that may run a program, or send git elsewhere.
        remotes: the addresses of all remotes.
        driver: hash of the merge driver.
        remotes_hash: hash of the addresses.
        has_own_ssh: whether the user configured a command for ssh.
    """

    refused: tuple[str, ...]
    remotes: tuple[str, ...]
    driver: str
    remotes_hash: str
    has_own_ssh: bool


def read_clone_config(git: Git) -> CloneConfig:
    """Read what git is configured to do in a clone. Raises FedcheckError where it cannot."""
    listed = git.run("config", "--list", "-z", "--show-scope")
    if listed.code:
        hint = "sync needs git 2.30 or later" if "show-scope" in listed.err else ""
        raise FedcheckError(f"git config: {listed.reason}", hint)
    raw = listed.out.split(b"\0")
    refused: list[str] = []
    driver = ""
    remotes: list[str] = []
    has_own_ssh = False
    for scope, entry in zip(raw[::2], raw[1::2], strict=False):
        key, _, value = entry.decode("utf-8", "surrogateescape").partition("\n")
        is_remote = re.fullmatch(r"remote\..+\.(push)?url", key, re.IGNORECASE)
        if scope not in (b"local", b"worktree"):
            has_own_ssh = has_own_ssh or key.lower() == "core.sshcommand"
            continue
        if not _HARMLESS.fullmatch(key) or (is_remote and ("::" in value or value[:1] == "-")):
            refused.append(key)
        if is_remote:
            remotes.append(value)
        if key.lower() == DRIVER_KEY:
            driver = value
    return CloneConfig(
        tuple(dict.fromkeys(refused)),
        tuple(dict.fromkeys(remotes)),
        _hash(driver),
        _hash("\0".join(sorted(remotes))),
        has_own_ssh,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def refuse_programs(found: CloneConfig) -> None:
    """Raise FedcheckError, status 2, where a clone is configured to run programs."""
    if not found.refused:
        return
    keys = [one_line(key, 80) for key in found.refused]
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    raise FedcheckError(
        "the configuration of this clone may run programs or send git elsewhere: "
        + ", ".join(keys[:SHOWN])
        + more,
        f"look at .git/config; remove the keys that you did not set (git config --local --unset-all"
        f" {keys[0]}), and move your own to git config --global; then run: {SETUP}",
        ErrorKind.USAGE,
    )


def find_top(git: Git) -> Path:
    """Return the top of the work tree. Raises FedcheckError, status 2, where there is none."""
    answer = git.run("rev-parse", "--show-toplevel")
    if answer.code:
        hint = "run git init there, or clone the repository, then try again"
        if "dubious ownership" in answer.err:
            hint = "it belongs to another user; see git's safe.directory"
        raise FedcheckError(
            f"{git.root}: not in a git repository that git trusts", hint, ErrorKind.USAGE
        )
    top = Path(os.fsdecode(answer.out.rstrip(b"\n")))
    if not Path(os.path.realpath(git.root)).is_relative_to(os.path.realpath(top)):
        raise FedcheckError(f"{git.root}: git works on another folder: {top}", "", ErrorKind.USAGE)
    return top


def load_trust(git: Git) -> Trust:
    """Return what was set up in this clone. Raises FedcheckError, status 2, without a setup."""
    trust = _read(git)
    if trust is None or trust.clone != identify_clone(git):
        raise FedcheckError(
            f"{git.root}: sync was not set up in this clone on this machine",
            f"run once: {SETUP}",
            ErrorKind.USAGE,
        )
    return trust


def check_clone(git: Git) -> Trust:
    """Return what was set up in a clone that is still configured as it was then.

    Raises FedcheckError, status 2.
    """
    trust = load_trust(git)
    found = read_clone_config(git)
    refuse_programs(found)
    if found.driver != trust.driver:
        raise FedcheckError(
            "the merge driver of this clone changed since sync was set up",
            f"register it again: {SETUP}",
            ErrorKind.USAGE,
        )
    if not found.has_own_ssh:
        git.keep_ssh_quiet()
    if trust.private_to != found.remotes_hash:
        return replace(trust, private_to="")  # confirmed for another remote, or never
    return trust


def note_setup(git: Git, with_private: bool) -> CloneConfig:
    """Note that this user set sync up here; return what the clone is configured to do.

    Raises FedcheckError, status 2, where the configuration may run programs.
    """
    found = read_clone_config(git)
    refuse_programs(found)
    before = _read(git)
    clone = identify_clone(git)
    merging = before.merging if before and before.clone == clone else ()
    private_to = found.remotes_hash if with_private else ""
    save_trust(git, Trust(found.driver, clone, private_to, merging))
    return found


def note_merging(git: Git, trust: Trust, *commits: str) -> Trust:
    """Note that a merge begins, or with no commits that it ended."""
    save_trust(git, replace(_read(git) or trust, merging=commits))
    return replace(trust, merging=commits)


def identify_clone(git: Git) -> str:
    """Return what distinguishes a clone from another one that is put at its path."""
    folder = git.ask("rev-parse", "--absolute-git-dir").out.rstrip(b"\n")
    found = Path(os.fsdecode(folder)).stat()
    return f"{found.st_dev}:{found.st_ino}"


def save_trust(git: Git, trust: Trust) -> None:
    """Keep what was set up. Raises FedcheckError where the user's folder of state takes nothing."""
    data = json.dumps(
        {
            "driver": trust.driver,
            "clone": trust.clone,
            "private_to": trust.private_to,
            "merging": list(trust.merging),
        }
    ).encode()
    path = _find_file(git.root)
    make_trusted_folder(path.parent)
    sealed = local_binding.seal(git.root, FOLDER, data).encode() + b"\n" + data
    atomic_files.replace_file(path, sealed, under=path.parent)


def _read(git: Git) -> Trust | None:
    path = _find_file(git.root)
    try:
        proof, _, data = atomic_files.read_confined(path, under=path.parent).partition(b"\n")
        if not local_binding.is_sealed(git.root, FOLDER, data, proof.decode("ascii")):
            return None
        held = json.loads(data)
        return Trust(
            str(held["driver"]),
            str(held["clone"]),
            str(held["private_to"]),
            tuple(map(str, _texts(held["merging"]))),
        )
    except (OSError, FedcheckError, ValueError, LookupError, TypeError):
        return None


def _texts(value: object) -> Iterator[str]:
    yield from (one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _find_file(root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()
    return find_user_folders().state / FOLDER / f"{name[:32]}.json"


def describe_remotes(remotes: Sequence[str]) -> str:
    """Return the addresses of remotes without passwords in them."""
    hidden = (re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", one) for one in remotes)
    return ", ".join(one_line(one, 120) for one in hidden)
