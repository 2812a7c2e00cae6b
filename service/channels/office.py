"""Which gateway a notice leaves by: its provider's own, the one for everybody, the settings', or only the log."""

from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import DemoClock, Gateway
from models.types import ChannelKind
from service.channels.channel import Channel
from service.channels.gateways import TIMEOUT_S, HttpChannel
from service.channels.live import LiveChannel
from service.channels.logfile import LogFileChannel
from service.db import Database
from service.settings import Settings
from service.vault import Vault

CONNECTIONS = httpx.Limits(max_connections=64, max_keepalive_connections=16)
LIVE = {ChannelKind.CONSOLE: False, ChannelKind.PUSH: True}


@dataclass(frozen=True)
class Way:
    """Where a channel's letters for one provider go. `url` None: nowhere but the log."""

    kind: ChannelKind
    url: str | None
    secret: str | None = None
    keeps_keys: bool = True
    foreign: bool = False
    """Whether a provider wrote the address, not the operator."""


class PostOffice:
    """Knows every way out of this installation; one HTTP client for all, closed with the office."""

    def __init__(self, database: Database, settings: Settings, vault: Vault) -> None:
        self._database, self._settings, self._vault = database, settings, vault
        self._client: httpx.AsyncClient | None = None

    async def channel(self, session: AsyncSession, kind: ChannelKind, provider_id: int | None) -> Channel:
        """The channel for one notice."""
        if kind in LIVE:
            return LiveChannel(self._database, phone=LIVE[kind])
        way = await find_way(session, self._settings, self._vault, kind, provider_id)
        if way.url is None:
            counts = await session.get(DemoClock, 1) is not None
            return LogFileChannel(log_file(self._settings), kind, counts=counts)
        outside_only = way.foreign and not self._settings.private_webhooks
        return HttpChannel(self._http(), kind, way.url, way.secret, way.keeps_keys, outside_only=outside_only)

    def _http(self) -> httpx.AsyncClient:
        """The client, made with the first letter that needs it: its certificates take a while to read."""
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=TIMEOUT_S, follow_redirects=False, trust_env=False, limits=CONNECTIONS
            )
        return self._client

    async def close(self) -> None:
        """Let the connections go."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


async def find_way(
    session: AsyncSession, settings: Settings, vault: Vault, kind: ChannelKind, provider_id: int | None
) -> Way:
    """The provider's own gateway, else everybody's, else the settings'; a secret that does not open counts as none."""
    rows = select(Gateway).where(Gateway.channel == kind)
    rows = rows.where(or_(Gateway.provider_id.is_(None), Gateway.provider_id == provider_id))
    row = (await session.scalars(rows.order_by(Gateway.provider_id.is_(None)).limit(1))).first()
    if row is not None:
        return Way(kind, row.url, _secret(vault, row.secret_sealed), row.keeps_keys, row.provider_id is not None)
    url, secret = settings.gateways.get(kind.value, (None, None))
    return Way(kind, url, secret, settings.gateways_keep_keys)


def log_file(settings: Settings) -> Path:
    """Where notices without a gateway are written."""
    return settings.home / "notices.jsonl"


def _secret(vault: Vault, sealed: bytes | None) -> str | None:
    try:
        return vault.open_text(sealed, "gateway.secret_sealed")
    except InvalidTag:
        return None
