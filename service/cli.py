"""The `unwalled` command: serve, migrate, accounts, the demo, maps and plans; each verb is a few lines, then a room."""

import argparse
import asyncio
import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from service.errors import ServiceError
from service.settings import Settings

ROLES = ("intake", "hub", "web", "work")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit code 0 for done, 1 for a refusal (said in one sentence), 2 for a bad command line."""
    parser = argparse.ArgumentParser(prog="unwalled", description="Dispatch for a nursing home without walls.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    _add_serve(verbs)
    verbs.add_parser("migrate", help="bring the database to the newest schema").set_defaults(run=_migrate)
    _add_admin(verbs)
    _add_demo(verbs)
    _add_map(verbs)
    _add_readiness(verbs)
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] != ["serve"]:  # the engine's libraries take longer to load than an intake takes to start
        from routing.cli import add_subcommands

        add_subcommands(verbs)
    chosen = parser.parse_args(given)
    try:
        return int(chosen.run(chosen) or 0)
    except ServiceError as refusal:
        print(f"unwalled: {refusal.detail}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _add_serve(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = verbs.add_parser("serve", help="run the service")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--role", type=_roles, default=frozenset(ROLES), help="some of intake,hub,web,work (PostgreSQL)")
    serve.add_argument("--demo", action="store_true", help="with the demo town playing its day")
    serve.add_argument("--no-migrate", action="store_true", help="leave the schema as it is")
    serve.set_defaults(run=_serve)


def _port(given: str) -> int:
    if not given.isdigit() or not 0 <= int(given) < 65536:
        raise argparse.ArgumentTypeError(f"{given!r} is not a port from 0 to 65535")
    return int(given)


def _roles(given: str) -> frozenset[str]:
    chosen = frozenset(role.strip() for role in given.split(",") if role.strip())
    if not chosen or not chosen <= frozenset(ROLES):
        raise argparse.ArgumentTypeError(f"{given!r}; accepted: some of {','.join(ROLES)}")
    return chosen


def _serve(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if settings.embedded and chosen.role != frozenset(ROLES):
        raise ServiceError("--role needs PostgreSQL (UNWALLED_DATABASE_URL); on SQLite one process has all roles")
    if chosen.demo and chosen.host not in LOOPBACK:
        raise ServiceError(f"--demo listens on loopback only, not on {chosen.host}")
    if chosen.role == {"intake"}:
        from service import bedside

        return bedside.serve(settings, chosen.host, chosen.port, migrating=not chosen.no_migrate)
    from service import serving

    return serving.serve(
        settings, chosen.host, chosen.port, chosen.role, demo=chosen.demo, migrating=not chosen.no_migrate
    )


def _migrate(_chosen: argparse.Namespace) -> int:
    from service.schema import migrate

    settings = Settings.from_environment()
    settings.home.mkdir(parents=True, exist_ok=True)
    asyncio.run(migrate(settings.database_url))
    print("the database is at the newest schema")
    return 0


def _add_admin(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    admin = verbs.add_parser("admin", help="accounts from the command line")
    create = admin.add_subparsers(dest="deed", required=True).add_parser("create", help="the first account")
    create.add_argument("name")
    create.set_defaults(run=_create_admin)


def _create_admin(chosen: argparse.Namespace) -> int:
    from service.accounts.setup import create_first_admin

    link = asyncio.run(create_first_admin(Settings.from_environment(), chosen.name))
    print(f"open once, within 24 hours, to choose a password: {link}")
    return 0


def _add_demo(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = verbs.add_parser("demo", help="play the demo day against a running service")
    demo.add_argument("--seed", type=int, default=1)
    demo.add_argument("--speed", type=float, default=None, help="1 to 120 times real time")
    demo.add_argument("--url", default="http://127.0.0.1:8000")
    demo.add_argument("--keys", action="store_true", help="print the demo terminals' keys and do nothing else")
    demo.set_defaults(run=_demo)


def _demo(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if chosen.keys:
        from service.demo.keys import print_keys

        return print_keys(settings.home)
    from service.demo.simulator import play

    if chosen.speed is not None and not 1 <= chosen.speed <= 120:
        raise ServiceError(f"--speed is {chosen.speed}; accepted: 1 to 120")
    return asyncio.run(play(settings.home, chosen.url, seed=chosen.seed, speed=chosen.speed))


def _add_readiness(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = verbs.add_parser("lint", help="what would let a call go unheard: gaps in duty, rungs without a number")
    check.add_argument("--json", action="store_true", help="a JSON object a line")
    check.set_defaults(run=_lint)
    trail = verbs.add_parser("audit", help="check that the audit trail holds")
    trail.add_argument("--anchor", help="a hash of the chain that was kept elsewhere")
    trail.set_defaults(run=_audit)


def _lint(chosen: argparse.Namespace) -> int:
    from service.readiness.commands import print_lint

    return asyncio.run(print_lint(Settings.from_environment(), as_json=chosen.json))


def _audit(chosen: argparse.Namespace) -> int:
    from service.readiness.commands import verify_audit

    return asyncio.run(verify_audit(Settings.from_environment(), chosen.anchor))


def _add_map(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    maps = verbs.add_parser("map", help="make the desk's basemap from an OpenStreetMap file")
    maps.add_argument("file", type=Path)
    maps.set_defaults(run=_map)


def _map(chosen: argparse.Namespace) -> int:
    from service.demo.osm import read_osm

    settings = Settings.from_environment()
    basemap = read_osm(chosen.file)
    settings.home.mkdir(parents=True, exist_ok=True)
    target = settings.home / "basemap.json"
    partial = target.with_suffix(".part")
    partial.write_text(json.dumps(basemap, ensure_ascii=False, separators=(",", ":")))
    partial.replace(target)
    packed = len(gzip.compress(target.read_bytes())) // 1024
    print(f"{len(basemap['roads'])} roads drawn; {target} ({packed} KB packed) is the desk's map from now on")
    return 0


if __name__ == "__main__":
    sys.exit(main())
