"""Looks up ladders, goals and gateways; shows no secret."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Gateway, Ladder
from service.auth import Actor
from service.clock import rfc3339
from service.intake.ladder import LADDERS


async def ladder_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """The ladders in force in scope, and last the built-in ones that count where none of them fits."""
    query = select(Ladder).where(Ladder.retired_at.is_(None))
    query = query.where(or_(Ladder.area_code.is_(None), actor.scope(Ladder.area_code)))
    rows = await session.scalars(query.order_by(Ladder.area_code, Ladder.kind, Ladder.id))
    return [*(ladder_view(row) for row in rows), *_built_in()]


def ladder_view(row: Ladder) -> dict[str, Any]:
    """One version of a ladder on the wire."""
    names = ("id", "area_code", "kind", "from_min", "to_min", "version", "rungs")
    return {name: getattr(row, name) for name in names} | {"made_at": rfc3339(row.made_at), "playbook": None}


def _built_in() -> list[dict[str, Any]]:
    empty = dict.fromkeys(("id", "area_code", "kind", "from_min", "to_min", "made_at"))
    return [
        empty
        | {
            "version": 0,
            "playbook": playbook,
            "rungs": [
                {"name": rung.name, "after_s": rung.after_s, "mode": rung.mode, "channels": list(rung.channels)}
                for rung in ladder.rungs
            ],
        }
        for playbook, ladder in LADDERS.items()
    ]


async def gateway_views(session: AsyncSession) -> list[dict[str, Any]]:
    """All gateways, without their secrets."""
    rows = await session.scalars(select(Gateway).order_by(Gateway.provider_id, Gateway.channel))
    return [gateway_view(row) for row in rows]


def gateway_view(row: Gateway) -> dict[str, Any]:
    """One gateway on the wire."""
    names = ("id", "provider_id", "channel", "url", "keeps_keys")
    has_secret = row.secret_sealed is not None
    return {name: getattr(row, name) for name in names} | {"has_secret": has_secret, "made_at": rfc3339(row.made_at)}
