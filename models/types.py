"""Types that every table shares: UTC moments, datum, and the closed lists of states; refuses naive times."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator

UtcMoment = datetime
"""An aware moment in UTC (the column type makes sure)."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment with microseconds; SQLite keeps it as naive UTC text, PostgreSQL as timestamptz.

    Raises ValueError for a naive value: a time without a zone is a bug, not a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(states: type[StrEnum]) -> Enum:
    """A column of one of `states`, kept as its text; a foreign text is refused on the way in."""
    return Enum(
        states, native_enum=False, create_constraint=False, length=24, validate_strings=True, values_callable=_values
    )


def _values(states: Any) -> list[str]:
    return [member.value for member in states]


class Datum(StrEnum):
    """Coordinate reference; Chinese maps shift WGS-84 by up to 700 m, so no coordinate goes without one."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class AreaLevel(StrEnum):
    """Levels of the 12-digit civil-affairs code that this service works with."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class Role(StrEnum):
    """What a person may be in the service; scope (areas, provider) is kept beside it."""

    ADMIN = "admin"
    DISPATCHER = "dispatcher"
    STATION_MANAGER = "station_manager"
    CAREGIVER = "caregiver"
    SUPERVISOR = "supervisor"


class Family(StrEnum):
    """The six families of the menu (助餐 助急 助医 助行 助浴 助洁), patrol 探访, volunteering 志愿, respite 喘息."""

    MEAL = "meal"
    URGENT = "urgent"
    MEDICAL = "medical"
    ESCORT = "escort"
    BATH = "bath"
    CLEAN = "clean"
    PATROL = "patrol"
    VOLUNTEER = "volunteer"
    RESPITE = "respite"


class Mode(StrEnum):
    """Way of moving between homes."""

    WALK = "walk"
    EBIKE = "ebike"
    BUS = "bus"
    CAR = "car"


class BedState(StrEnum):
    """Life of a family care bed, in order; SUSPENDED goes back to ACTIVE, CLOSED is the end."""

    APPLIED = "applied"
    ASSESSED = "assessed"
    SURVEYED = "surveyed"
    ADAPTING = "adapting"
    DEVICES_INSTALLED = "devices_installed"
    TESTED = "tested"
    CONTRACTED = "contracted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class OrderState(StrEnum):
    """What has happened to an order from the menu; PAUSED waits until the elder is home again."""

    PLACED = "placed"
    PAUSED = "paused"
    SERVED = "served"
    CANCELLED = "cancelled"


class VisitState(StrEnum):
    """What has happened at the door."""

    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class PlanState(StrEnum):
    """A plan is drafted, published, then superseded by the next published one."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class JobState(StrEnum):
    """Life of a background job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class IncidentState(StrEnum):
    """Life of an incident; every state but CLOSED is open."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ON_SCENE = "on_scene"
    RECOVERING = "recovering"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How an incident ended; a false alarm is kept and counted, never deleted."""

    HELPED = "helped"
    HOSPITAL = "hospital"
    FALSE_ALARM = "false_alarm"
    DEVICE_FAULT = "device_fault"
    NOT_FOUND = "not_found"
    OTHER = "other"


class TimerState(StrEnum):
    """A rung of the emergency ladder: waiting for its moment, fired, stopped because somebody came first, or broken."""

    ARMED = "armed"
    FIRED = "fired"
    STOPPED = "stopped"
    QUARANTINED = "quarantined"


class Post(StrEnum):
    """What somebody on duty answers for: a rung of the ladder."""

    DESK = "desk"
    STATION = "station"
    VILLAGE = "village"
    SUPERVISOR = "supervisor"


class ChannelKind(StrEnum):
    """How a notice leaves the house."""

    CONSOLE = "console"
    PUSH = "push"
    SMS = "sms"
    VOICE = "voice"
    WEBHOOK = "webhook"
    LOGFILE = "logfile"


class NoticeState(StrEnum):
    """Life of a notice: waiting, taken by a process for some seconds, gone out, seen, or one of the ways it failed."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    SEEN = "seen"
    FAILED = "failed"
    UNKNOWN = "unknown"
    STOPPED = "stopped"


class Category(StrEnum):
    """Groups of elders that policies name: 独居 空巢 留守 高龄 失能 失智 失独 重残 计生特殊 特困 低保, and of merit."""

    LIVING_ALONE = "living_alone"
    EMPTY_NEST = "empty_nest"
    LEFT_BEHIND = "left_behind"
    AGED = "aged"
    DISABLED = "disabled"
    DEMENTIA = "dementia"
    BEREAVED = "bereaved"
    SEVERE_HANDICAP = "severe_handicap"
    SPECIAL_FAMILY = "special_family"
    DESTITUTE = "destitute"
    LOW_INCOME = "low_income"
    MILITARY_FAMILY = "military_family"
    MARTYR_FAMILY = "martyr_family"
    MODEL_WORKER = "model_worker"
    SPECIAL_CARE = "special_care"
    OLD_PARTY_MEMBER = "old_party_member"


class Purpose(StrEnum):
    """What a consent is for."""

    CARE = "care"
    HEALTH = "health"
    LOCATION = "location"
    VIDEO = "video"
    FAMILY = "family"
    AUTHORITIES = "authorities"


class Scale(StrEnum):
    """By what an elder was assessed: GB/T 42195-2022, the care insurance's scale of 2021, the old MZ/T 039-2013."""

    GBT42195 = "gbt42195"
    LTCI2021 = "ltci2021"
    MZT039 = "mzt039"


class AssessmentState(StrEnum):
    """Life of an assessment: drafted, submitted, approved by somebody else or returned to be mended, or given up."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    DROPPED = "dropped"


class PauseKind(StrEnum):
    """Why a bed rests."""

    HOSPITAL = "hospital"
    AWAY = "away"
    OTHER = "other"


class DeviceKind(StrEnum):
    """What a device of a bed does."""

    CALL = "call"
    WRISTBAND = "wristband"
    SMOKE = "smoke"
    GAS = "gas"
    WATER = "water"
    ACTIVITY = "activity"
    WANDER = "wander"
    DOOR = "door"


class RespiteKind(StrEnum):
    """How long a block of respite lasts: some hours of a day, or with nights."""

    DAY = "day"
    OVERNIGHT = "overnight"


class RespiteState(StrEnum):
    """A block of respite is booked, or was called off."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class WorksState(StrEnum):
    """Life of a household's works; SENT_BACK goes on being built."""

    SURVEYED = "surveyed"
    DESIGNED = "designed"
    BUILDING = "building"
    BUILT = "built"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class ContractState(StrEnum):
    """Life of a contract; WITHDRAWN within the cooling-off days, ENDED by notice, RENEWED by a later one."""

    DRAWN = "drawn"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    RENEWED = "renewed"


class WaitingState(StrEnum):
    """What became of an application for a bed."""

    WAITING = "waiting"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
