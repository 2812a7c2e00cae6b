"""All settings, read once from the environment into one frozen value; refuses unknown names and weak secrets."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.errors import ServiceError

PREFIX = "UNWALLED_"
KNOWN = (
    "HOME",
    "DATABASE_URL",
    "SECRET_KEY",
    "OTHER_SECRET_KEYS",
    "TILE_URL",
    "TILE_DATUM",
    "METRICS_PORT",
    "ORIGINS",
    "MQTT_URL",
    "BENCH_DATA",
    "FAIL",
    "TESTING",
    "TEST_DATABASES",
    "SMS_URL",
    "SMS_KEY",
    "VOICE_URL",
    "VOICE_KEY",
    "WEBHOOK_URL",
    "WEBHOOK_KEY",
    "GATEWAYS_KEEP_KEYS",
    "DEADMAN_URL",
    "MOST_CONNECTIONS",
    "MOST_PER_ADDRESS",
    "PRIVATE_WEBHOOKS",
)
GATEWAYS = ("sms", "voice", "webhook")


class BadSetting(ServiceError):
    """A setting that cannot be used; `detail` names it and says what would be accepted."""

    code, status = "setting.invalid", 500


@dataclass(frozen=True)
class Settings:
    """What the operator decided. Paths are absolute; the database URL names an async driver."""

    home: Path
    """Folder of the embedded database, secrets and caches."""
    database_url: str
    """SQLAlchemy URL: sqlite+aiosqlite or postgresql+asyncpg."""
    secret_key: str
    """At least 32 characters; fields are encrypted and hashes keyed with keys derived from it."""
    other_secret_keys: tuple[str, ...] = ()
    """Secrets that may have sealed something too: the next one before it is used, the last one after."""
    tile_url: str | None = None
    """Template of a tile server ({z}/{x}/{y}), or None for the drawn map only."""
    tile_datum: str = "wgs84"
    """Datum of those tiles: wgs84, gcj02 or bd09."""
    metrics_port: int | None = None
    """TCP port for /metrics on loopback; None serves no metrics."""
    mqtt_url: str | None = None
    """Broker where terminals publish (mqtt://USER:PASSWORD@HOST:PORT, mqtts://...), or None without one."""
    origins: tuple[str, ...] = ()
    """Further browser origins (scheme://host:port) that may open sockets, besides the service's own."""
    gateways: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """By channel (sms, voice, webhook): URL and secret of the gateway for providers that have none of their own."""
    gateways_keep_keys: bool = True
    """Whether those gateways deliver a letter whose Idempotency-Key they know only once."""
    deadman_url: str | None = None
    """Where a sign of life is posted every 30 s while all is well; an outside monitor misses it within 90 s."""
    most_connections: int = 65_536
    """Connections that may be open at once; fewer where the system grants fewer descriptors."""
    most_per_address: int = 32_768
    """Of those, from one address: carriers and proxies bring many terminals under one."""
    private_webhooks: bool = False
    """Whether webhooks of providers may lead to addresses inside our own network."""

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one (SQLite): then there is always one process."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read and check every UNWALLED_ variable. Raises BadSetting naming the first that is wrong."""
        env = os.environ if environment is None else environment
        for name in env:
            if name.startswith(PREFIX) and name[len(PREFIX) :] not in KNOWN:
                raise BadSetting(f"{name} is not a setting; known: {', '.join(PREFIX + known for known in KNOWN)}")
        home = Path(env.get(PREFIX + "HOME", "var")).expanduser().absolute()
        url = database_url(env.get(PREFIX + "DATABASE_URL"), home)
        return cls(
            home=home,
            database_url=url,
            secret_key=_secret(env.get(PREFIX + "SECRET_KEY"), home, url.startswith("sqlite")),
            other_secret_keys=_secrets(env.get(PREFIX + "OTHER_SECRET_KEYS", "")),
            tile_url=_tile_url(env.get(PREFIX + "TILE_URL")),
            tile_datum=_one_of(PREFIX + "TILE_DATUM", env.get(PREFIX + "TILE_DATUM", "wgs84")),
            mqtt_url=env.get(PREFIX + "MQTT_URL") or None,
            metrics_port=_port(PREFIX + "METRICS_PORT", env.get(PREFIX + "METRICS_PORT")),
            gateways={
                name: (_web_address(PREFIX + name.upper() + "_URL", env), env.get(f"{PREFIX}{name.upper()}_KEY"))
                for name in GATEWAYS
            },
            gateways_keep_keys=env.get(PREFIX + "GATEWAYS_KEEP_KEYS", "1") not in ("0", "no", "false"),
            deadman_url=_web_address(PREFIX + "DEADMAN_URL", env),
            most_connections=_count(PREFIX + "MOST_CONNECTIONS", env, cls.most_connections),
            most_per_address=_count(PREFIX + "MOST_PER_ADDRESS", env, cls.most_per_address),
            private_webhooks=env.get(PREFIX + "PRIVATE_WEBHOOKS", "0") not in ("0", "no", "false", ""),
            origins=tuple(origin.strip() for origin in env.get(PREFIX + "ORIGINS", "").split(",") if origin.strip()),
        )


def database_url(given: str | None, home: Path) -> str:
    """Map sqlite:/// and postgresql:// to the async drivers; without one, SQLite below `home`.

    Raises BadSetting for any other scheme.
    """
    if not given:
        return f"sqlite+aiosqlite:///{home / 'unwalled.db'}"
    for plain, driver in (("sqlite:", "sqlite+aiosqlite:"), ("postgresql:", "postgresql+asyncpg:")):
        if given.startswith(plain):
            return driver + given[len(plain) :]
        if given.startswith(driver):
            return given
    raise BadSetting(f"{PREFIX}DATABASE_URL begins with {given.split(':')[0]!r}; accepted: sqlite:/// or postgresql://")


def _secret(given: str | None, home: Path, embedded: bool) -> str:
    if given is not None:
        if len(given) < 32:
            raise BadSetting(f"{PREFIX}SECRET_KEY has {len(given)} characters; accepted: at least 32 random ones")
        return given
    if not embedded:
        raise BadSetting(f"{PREFIX}SECRET_KEY is demanded on PostgreSQL: set at least 32 random characters")
    file = home / "secret.key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(32))
    if file.stat().st_mode & 0o077:
        raise BadSetting(f"{file} can be read by others; accepted: mode 600")
    return file.read_text().strip()


def _secrets(given: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in given.split(",") if key.strip())
    if any(len(key) < 32 for key in keys):
        raise BadSetting(f"{PREFIX}OTHER_SECRET_KEYS has one of fewer than 32 characters; accepted: at least 32 each")
    return keys


def _tile_url(given: str | None) -> str | None:
    if not given:
        return None
    if not given.startswith(("http://", "https://", "/")) or "{z}" not in given:
        raise BadSetting(f"{PREFIX}TILE_URL is {given!r}; accepted: http(s)://... with {{z}}, {{x}} and {{y}}")
    return given


def _web_address(name: str, env: Mapping[str, str]) -> str | None:
    given = env.get(name)
    if given and not given.startswith(("http://", "https://")):
        raise BadSetting(f"{name} is {given!r}; accepted: http(s)://...")
    return given or None


def _one_of(name: str, given: str) -> str:
    if given not in ("wgs84", "gcj02", "bd09"):
        raise BadSetting(f"{name} is {given!r}; accepted: wgs84, gcj02, bd09")
    return given


def _count(name: str, env: Mapping[str, str], usual: int) -> int:
    given = env.get(name)
    if not given:
        return usual
    if not given.isdigit() or not 16 <= int(given) <= 1_000_000:
        raise BadSetting(f"{name} is {given!r}; accepted: a whole number from 16 to 1000000")
    return int(given)


def _port(name: str, given: str | None) -> int | None:
    if not given:
        return None
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise BadSetting(f"{name} is {given!r}; accepted: a port from 1 to 65535")
    return int(given)
