"""The incident as a state machine, driven at random against a model: no step can be skipped, no call can be lost."""

import asyncio
import shutil
import tempfile
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from models import Event, Timer
from models.types import Outcome, TimerState
from service.auth import Actor
from service.clock import LOCAL, Clock
from service.db import Database
from service.emergencies import actions, hotline, jobs
from service.emergencies.queries import card_of, incident_views
from service.errors import ServiceError
from tests.service.accounts.desk import Desk, add_caregiver, open_desk

ORDER = ("open", "acknowledged", "assigned", "on_scene", "recovering", "closed")
TOPIC = {"acknowledge": "acknowledged", "assign": "assigned", "on_scene": "on_scene", "recovering": "recovering"}


class Life(RuleBasedStateMachine):
    """One incident at a time; `state` is what the model says, the service must agree after every verb."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "unwalled.db")
        self.state, self.incident_id, self.sent, self.been_there = "none", 0, 0, False
        self.closed_on = date.min

    @initialize()
    def town(self) -> None:
        async def found() -> tuple[Desk, Actor]:
            clock = Clock()
            desk = await open_desk(Database(f"sqlite+aiosqlite:///{self.folder / 'unwalled.db'}", clock), clock)
            await add_caregiver(desk, 5, "lin")
            await add_caregiver(desk, 6, "gao")
            return desk, await desk.actor("wu")

        self.desk, self.actor = self.runner.run(found())

    @property
    def on_the_board(self) -> bool:
        """Closed calls stay until local midnight."""
        return self.state != "closed" or self.closed_on == self.today

    @property
    def today(self) -> date:
        return self.desk.clock.now().astimezone(LOCAL).date()

    def do(self, verb: Any, *args: Any, **more: Any) -> dict[str, Any] | None:
        """Run a verb in its transaction; None when it was refused."""

        async def once() -> dict[str, Any] | None:
            try:
                async with self.desk.database.writing() as session:
                    done: dict[str, Any] | None = await verb(session, self.actor, *args, **more)
                    return done or {}
            except ServiceError as error:
                assert error.status in (404, 409), error.detail
                return None

        return self.runner.run(once())

    @rule(kind=st.sampled_from(["sos", "door", "fall"]))
    def call(self, kind: str) -> None:
        card = self.do(hotline.open_incident, 1, kind, None, self.desk.clock.now())
        assert card is not None
        if self.state in ("none", "closed"):
            assert card["id"] != self.incident_id and card["presses"] == 1
            self.incident_id, self.state, self.sent, self.been_there = card["id"], "open", 0, False
        else:
            assert card["id"] == self.incident_id and card["presses"] > 1

    @rule()
    def acknowledge(self) -> None:
        won = self.do(actions.acknowledge, self.incident_id, self.desk.clock.now()) is not None
        assert won == (self.state == "open")
        if won:
            self.state = "acknowledged"

    @rule(caregiver_id=st.sampled_from([5, 6]))
    def assign(self, caregiver_id: int) -> None:
        done = self.do(actions.assign, self.incident_id, caregiver_id, self.desk.clock.now(), travel_s=60)
        allowed = self.state in ("open", "acknowledged", "assigned")
        assert (done is not None) == allowed
        if allowed:
            self.state, self.sent = "assigned", caregiver_id

    @rule()
    def decline(self) -> None:
        done = self.do(actions.decline, self.incident_id, "ill", self.desk.clock.now())
        assert (done is not None) == (self.state == "assigned")
        if done is not None:
            self.state, self.sent = "acknowledged", 0

    @rule()
    def on_scene(self) -> None:
        done = self.do(actions.on_scene, self.incident_id, self.desk.clock.now())
        assert (done is not None) == (self.state in ("assigned", "on_scene"))
        if done is not None:
            self.state, self.been_there = "on_scene", True

    @rule()
    def recover(self) -> None:
        done = self.do(actions.recovering, self.incident_id, self.desk.clock.now())
        assert (done is not None) == (self.state in ("on_scene", "recovering"))
        if done is not None:
            self.state = "recovering"

    @rule(outcome=st.sampled_from([None, *Outcome]), note=st.sampled_from([None, "", "fine now"]))
    def close(self, outcome: Outcome | None, note: str | None) -> None:
        done = self.do(actions.close, self.incident_id, outcome, note, self.desk.clock.now())
        nothing = outcome in (Outcome.FALSE_ALARM, Outcome.DEVICE_FAULT)
        complete = outcome is not None and (nothing or (self.been_there and bool(note)))
        assert (done is not None) == (complete and self.state in ORDER[1:5])
        if done is not None:
            self.state, self.closed_on = "closed", self.today

    @rule(seconds=st.sampled_from([1, 30, 61, 200, 4000]))
    def wait(self, seconds: float) -> None:
        self.desk.clock.shift(seconds=seconds)
        self.runner.run(jobs.ring_timers(self.desk.database, self.desk.clock))

    @invariant()
    def service_and_model_agree(self) -> None:
        if self.incident_id:
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        async with self.desk.database.reading() as session:
            card = await card_of(session, self.incident_id)
            assert card["state"] == self.state
            assert (card["assigned_to"] or {"id": 0})["id"] == self.sent
            armed = select(Timer.rung).where(Timer.incident_id == self.incident_id, Timer.state == TimerState.ARMED)
            rungs = set(await session.scalars(armed))
            assert ("again" in rungs) == (self.state == "acknowledged")
            assert self.state == "open" or rungs <= {"again"}
            told = select(Event.data).where(Event.subject == f"incident:{self.incident_id}")
            newest = (await session.scalars(told.order_by(Event.seq.desc()).limit(1))).one()["incident"]
            views = await incident_views(session, self.actor, self.desk.clock.now())
            shown = [{**view, "next_rung": None} for view in views if view["id"] == card["id"]]
            assert shown == ([{**newest, "next_rung": None}] if self.on_the_board else [])

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.runner.run(self.desk.database.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.slow
def test_no_order_of_verbs_breaks_the_incident(migrated_file: Path) -> None:
    """Any sequence of verbs: allowed steps succeed, others are refused, the last event equals the fresh view."""
    Life.template = migrated_file

    def drive() -> None:
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )

    failure: list[BaseException] = []

    def aside() -> None:
        try:
            drive()
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=aside)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
