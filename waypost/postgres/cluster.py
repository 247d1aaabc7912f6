"""The data directory of the embedded server: who owns it, where it lies, how it is made.

It is `{data_dir}/postgres`. PostgreSQL refuses to run as root, so root hands it to another user. When that user cannot
reach the data folder (a home of mode 0700), nobody's permissions are loosened: the cluster, and if need be a copy of
the binaries, go below /var/lib/waypost and `{data_dir}/postgres` is a symlink to there.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.postgres import binaries
from waypost.postgres.binaries import Binaries, EmbeddedServerError

SHELTER = Path("/var/lib/waypost")
NAME = "waypost"

#: Longest path of a UNIX socket on the strictest system, less the file's own name.
_SOCKET_FOLDER_MAX = 103 - len("/.s.PGSQL.5432")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that PostgreSQL runs as: ourselves or, when we are root, another."""

    uid: int
    gid: int

    def options(self, folder: Path) -> dict[str, Any]:
        """Arguments of subprocess for a program of this user, working in `folder`, with nothing of our environment."""
        other = {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}
        return {"cwd": folder, "env": {"TZ": "UTC"}, "umask": 0o077, **other}

    def own(self, path: Path) -> None:
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter the folder, or run the program: tried, so that ACLs count too."""
        if self.uid == os.geteuid():
            return os.access(path, os.X_OK)
        command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
        tried = subprocess.run(command, check=False, **self.options(Path("/")))  # noqa: S603 - no shell text of others
        return tried.returncode == 0


@dataclass(frozen=True, slots=True)
class Cluster:
    path: Path
    account: Account
    binaries: Binaries


def settle(data_dir: Path) -> Cluster:
    """The cluster of this data folder, made when there is none. Call it under the start lock."""
    link = data_dir / "postgres"
    if not os.path.lexists(link):
        return _create(link)
    path = Path(os.path.realpath(link))
    if not path.is_dir():
        raise EmbeddedServerError(
            f"{link} points to {path}, which is gone. Bring it back, or remove {link} to begin with an empty database."
        )
    account = _owner(path)
    version = path / "PG_VERSION"
    if not version.is_file():
        raise EmbeddedServerError(f"{path} is not a PostgreSQL data folder. Move it away; Waypost makes a new one.")
    return Cluster(path, account, _runnable(binaries.find(int(version.read_text().split(".")[0])), account))


def account() -> Account:
    """The user for a new cluster."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`. "
        "Create one, or start Waypost as another user."
    )


def password(data_dir: Path) -> str | None:
    try:
        return (data_dir / "postgres.password").read_text().strip() or None
    except FileNotFoundError:
        return None


def admit(cluster: Cluster, data_dir: Path) -> str:
    """Gives the database a new password, and makes the database if missing; the server must not be running."""
    secret = secrets.token_hex(24)
    statements = f"ALTER ROLE {NAME} PASSWORD '{secret}'\nCREATE DATABASE {NAME}\n"
    command = [
        cluster.binaries.postgres,
        "--single",
        "-D",
        str(cluster.path),
        "-c",
        "log_min_error_statement=panic",
        "postgres",
    ]
    said = _run(command, cluster.account, "The database could not be prepared", statements)
    if any("ERROR:" in line and "already exists" not in line for line in said.splitlines()):
        raise EmbeddedServerError(f"The database could not be prepared.\n{_last(said)}")
    _write(data_dir / "postgres.password", secret + "\n")
    return secret


def socket_folder(data_dir: Path, user: Account) -> Path:
    """The folder of the socket: short, always the same for the same data folder, refused when it is not ours alone."""
    name = f"waypost-{user.uid}-{hashlib.sha256(os.fsencode(os.path.realpath(data_dir))).hexdigest()[:12]}"
    for root in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - the folder inside is checked below
        folder = root / name
        if len(os.fsencode(folder)) <= _SOCKET_FOLDER_MAX and user.reaches(root):
            break
    try:
        folder.mkdir(mode=0o700)
        user.own(folder)
    except FileExistsError:
        facts = folder.lstat()
        if (facts.st_mode, facts.st_uid) != (0o40700, user.uid):
            raise EmbeddedServerError(
                f"{folder} must be a folder of user {user.uid} with mode 0700, but something else is there. "
                "Somebody may have put it there on purpose: look at it, then remove it."
            ) from None
    return folder


def _create(link: Path) -> Cluster:
    user = account()
    programs = _runnable(binaries.find(), user)
    target = link if user.reaches(link.parent) else SHELTER / secrets.token_hex(6)
    target.parent.mkdir(mode=0o755, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user.own(unfinished)
    _initdb(programs, user, unfinished)
    (link.parent / "postgres.password").unlink(missing_ok=True)
    unfinished.rename(target)
    if target != link:
        link.symlink_to(target)
    _sync(target.parent)
    return Cluster(Path(os.path.realpath(target)), user, programs)


def _initdb(programs: Binaries, user: Account, folder: Path) -> None:
    # The builtin C.UTF-8 sorts alike on every system and for ever; a C library's may change below the indexes.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if programs.major >= 17 else []
    options = [
        "--locale=C.UTF-8",
        "--lc-messages=C",
        "--encoding=UTF8",
        "--data-checksums",
        "--auth=reject",
        f"--username={NAME}",
    ]
    command = [programs.initdb, *locale, *options, "--no-instructions", f"--pgdata={folder}"]
    _run(command, user, "The embedded database could not be created")
    _write(folder / "pg_hba.conf", "local all all scram-sha-256\n")
    user.own(folder / "pg_hba.conf")


def _run(command: list[str], user: Account, failure: str, text: str = "") -> str:
    run = subprocess.run(  # noqa: S603 - a program that we chose
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **user.options(Path("/"))
    )
    said = str(run.stdout)
    if run.returncode != 0:
        raise EmbeddedServerError(f"{failure}.\n{_last(said)}")
    return said


def _owner(path: Path) -> Account:
    facts = path.stat()
    if facts.st_uid == 0:
        raise EmbeddedServerError(
            f"{path} belongs to root, as which PostgreSQL refuses to run. Give the folder to another user."
        )
    if os.geteuid() not in (0, facts.st_uid):
        raise EmbeddedServerError(
            f"{path} belongs to user {facts.st_uid}. Start Waypost as that user, or choose another WAYPOST_DATA_DIR."
        )
    return Account(facts.st_uid, facts.st_gid)


def _runnable(programs: Binaries, user: Account) -> Binaries:
    if user.reaches(programs.folder / "postgres"):
        return programs
    SHELTER.mkdir(mode=0o755, exist_ok=True)
    return programs.copied_into(SHELTER)


def _write(path: Path, text: str) -> None:
    """Writes a file of mode 0600, through no symlink that another user may have put there."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(fd)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _last(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
