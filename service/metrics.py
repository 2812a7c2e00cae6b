"""Numbers for operators in Prometheus' text format, on a loopback port of their own; refuses names and places."""

import resource
import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from service.realtime.assembly import Live
from service.realtime.wire import Close

KIB = 1024


def numbers(state: Any) -> dict[str, tuple[str, float]]:
    """By metric: its help and its value now."""
    live: Live = state.live
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "unwalled_intake_waiting": ("Calls that wait for the disk", state.intake.committer.queued),
        "unwalled_sockets": ("Live sockets of desks and phones", len(live.hub)),
        "unwalled_sockets_evicted_total": ("Sockets closed because they read too slowly", live.hub.closed[Close.SLOW]),
        "unwalled_sockets_turned_away_total": ("Sockets sent away before they began", live.turnstile.turned_away),
        "unwalled_sockets_beginning": ("Sockets that wait to begin", live.turnstile.inside),
        "unwalled_frames_sent_total": ("Event frames handed to sockets", live.hub.sent),
        "unwalled_events_encoded_total": ("Events made into text, once for each kind of view", live.hub.ring.encoded),
        "unwalled_log_blind_seconds": ("Time since the event log was read to its end", live.pump.blind_s),
        "unwalled_event_seq": ("The last event sent", live.pump.last),
        **_readiness(state),
        "process_cpu_seconds_total": ("CPU time", used.ru_utime + used.ru_stime),
        "process_max_resident_memory_bytes": ("Largest resident memory", used.ru_maxrss * KIB),
        "unwalled_up_seconds": ("Time since the start", time.monotonic() - state.began),
    }


def _readiness(state: Any) -> dict[str, tuple[str, float]]:
    """What the auditor saw last; unwalled_well_age_seconds is the dead man's handle: beyond 90 somebody must look."""
    watchman, courier = getattr(state, "watchman", None), getattr(state, "courier", None)
    if watchman is None or courier is None or watchman.report is None:
        return {}
    report = watchman.report
    carried = sum(courier.carried.values())
    return {
        "unwalled_well_age_seconds": ("Time since the auditor last found all well", watchman.silent_s),
        "unwalled_calls_open": ("Incidents that are not closed", report.open),
        "unwalled_timers_late": ("Timers overdue by more than two seconds", report.late_timers),
        "unwalled_timers_quarantined": ("Timers that could not be fired and were set aside", report.quarantined),
        "unwalled_notices_stuck": ("Notices overdue by more than thirty seconds", report.stuck_notices),
        "unwalled_notices_carried": ("Notices that this process has carried", carried),
    }


def text(state: Any) -> str:
    """The numbers as Prometheus reads them."""
    lines = []
    for name, (meaning, value) in numbers(state).items():
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", f"{name} {value:g}"]
    return "\n".join(lines) + "\n"


def metrics_app(state: Any) -> Starlette:
    """An application with the one route /metrics over another application's state."""

    async def show(_request: Request) -> Response:
        return PlainTextResponse(text(state), media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/metrics", show)])
