"""Write the workspace that a conversion makes; the old workspace is only read.

The head file comes last: a folder that a full disk left half made is no workspace.
"""

import hashlib
import os
from datetime import UTC
from pathlib import Path

from fedcheck import __version__
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.conversion import Conversion
from fedcheck.sharing.handover_package import MANIFEST, Manifest, format_manifest, format_stamp
from fedcheck.sharing.handover_store import Handover, Return, keep_return
from fedcheck.storage import atomic_files, workspace_creation
from fedcheck.storage.paths import HANDOVERS_FOLDER
from fedcheck.storage.typed_files import copy_new_file, make_trusted_folder

GIT = ".git"


def check_folder(folder: Path, root: Path) -> None:
    """Raise FedcheckError (usage) where a folder cannot become the new workspace.

    Args:
        folder: where the new workspace is to be.
        root: the old workspace.
    """
    real, old = Path(os.path.realpath(folder)), Path(os.path.realpath(root))
    if real.is_relative_to(old):
        text = f"{folder}: is in the old workspace, which stays as it is"
        raise FedcheckError(text, "name a folder next to it", ErrorKind.USAGE)
    if not os.path.lexists(folder):
        return
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        text = f"{folder}: {reason}"
        raise FedcheckError(text, "name a new or empty folder", ErrorKind.USAGE) from None
    if set(names) - {GIT}:
        text = f"{folder}: is not empty"
        raise FedcheckError(text, "name a new or empty folder", ErrorKind.USAGE)


def write_conversion(session: Session, plan: Conversion, folder: Path) -> list[str]:
    """Make the new workspace; return what changed of its evidence files since it was recorded.

    Raises FedcheckError where the folder is not free, or the disk refuses.
    """
    check_folder(folder, session.root)
    try:
        make_trusted_folder(folder)
        atomic_files.replace_files(
            {folder / name: data for name, data in plan.files.items()}, under=folder
        )
        changed = _copy_evidence(session, plan, folder)
        _keep_proposals(session, plan, folder)
        workspace_creation.create(folder, format_new_head(session.project.config, plan))
    except FedcheckError as error:
        text = f"{error}; no workspace was made in {folder}"
        raise FedcheckError(text, "remove the folder, then try again", error.kind) from error
    return changed


def _copy_evidence(session: Session, plan: Conversion, folder: Path) -> list[str]:
    """Copy the evidence files; return those that are not as they were recorded."""
    changed = []
    for link, source in plan.evidence.items():
        if os.path.lexists(folder / link):
            continue  # another spelling of a name, where the file system takes both for one
        if copy_new_file(source, folder / link, under=folder) not in list_hashes(session, link):
            changed.append(one_line(link, 100))
    return changed


def list_hashes(session: Session, link: str) -> set[str]:
    """Return the hashes with which the evidence items of a workspace name a file."""
    return {
        one.sha256.lower()
        for thing in session.project.list_evidence_holders()
        for one in thing.evidence
        if one.link == link
    }


def format_new_head(config: WorkspaceConfig, plan: Conversion) -> str:
    """Return the text of the head file of the new workspace."""
    target = plan.target
    return workspace_creation.format_head(
        config.name,
        target.process,
        target.role,
        provider=config.provider,
        timezone=config.timezone,
        marking=config.marking,
        profile=target.profile,
        milestones=plan.dates,
        begins=target.begins,
        people=plan.people,
    )


def _keep_proposals(session: Session, plan: Conversion, folder: Path) -> None:
    """Keep where the new workspace comes from, and what is proposed, as a hand-over is kept."""
    config, target = session.project.config, plan.target
    now = session.clock().astimezone(UTC).replace(microsecond=0)
    manifest = Manifest(
        id=session.token(3),
        sender=target.role,
        to=target.role,
        made=now,
        fedcheck=__version__,
        name=config.name,
        marking=config.marking,
        evidence="files" if target.with_evidence else "links",
        files=plan.sources,
        converted_from=config.process,
    )
    place = folder / HANDOVERS_FOLDER / manifest.id
    atomic_files.replace_files({place / MANIFEST: format_manifest(manifest)}, under=folder)
    if not plan.proposals:
        return
    known = "".join(one.id for one in plan.proposals)
    short = hashlib.sha256(known.encode()).hexdigest()[:12]
    came = Return(f"returned-{short}", format_stamp(now), session.who, config.process, "")
    keep_return(folder, Handover(manifest, place), came, {}, plan.proposals)
