"""Plans as VROOM answers them, written and read; it cannot hold two-person visits, meals or more than one shift."""

from __future__ import annotations

import math
from typing import Any

from routing.errors import FormatError
from routing.formats.fields import Fields
from routing.plan import Plan, Reason, Route, Stop
from routing.problem import Caregiver, Problem, Visit

TASKS = ("job", "pickup", "delivery")


def refuse(problem: Problem) -> None:
    """Raises FormatError for a problem whose plans VROOM's JSON cannot hold; docs/formats.md lists them."""
    if any(len(visit.needs) > 1 for visit in problem.visits):
        raise FormatError("out-format", "vroom cannot hold two-person visits", "unwalled")
    if problem.canteens:
        raise FormatError("out-format", "vroom cannot hold meals", "unwalled")
    if any(len(person.shifts) > 1 for person in problem.caregivers):
        raise FormatError("out-format", "vroom cannot hold several shifts of one caregiver", "unwalled")


def write(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The plan as VROOM would answer it; ids that are no numbers become numbers, with the id as description."""
    answer = _Answer(problem)
    routes = [answer.route(route) for route in plan.routes if route.stops]
    sums = {key: sum(route[key] for route in routes) for key in ("setup", "service", "duration", "waiting_time",
                                                                 "priority")}  # fmt: skip
    summary = {"cost": round(plan.cost, 3), "routes": len(routes), "unassigned": len(plan.unserved), **sums}
    missing = [{**answer.task(name), "description": reason.text} for name, reason in plan.unserved.items()]
    return {"code": 0, "summary": {**summary, "violations": []}, "unassigned": missing, "routes": routes}


class _Answer:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits = {visit.id: visit for visit in problem.visits}
        self.people = {person.id: person for person in problem.caregivers}
        self.numbers = {visit.id: i + 1 for i, visit in enumerate(problem.visits)}
        self.vehicles = {person.id: i + 1 for i, person in enumerate(problem.caregivers)}
        self.fetched = {visit.delivers for visit in problem.visits if visit.delivers}

    def task(self, name: str) -> dict[str, Any]:
        """Type and id of a task as its file gave them."""
        visit = self.visits[name]
        kind = "delivery" if visit.delivers else "pickup" if name in self.fetched else "job"
        digits = name.removeprefix(f"{kind}-")
        own = digits.isdecimal() and self.problem.kind == "vroom"
        told = self.problem.labels.get(f"description:{name}", "" if own else name)
        return {
            "type": kind,
            "id": int(digits) if own else self.numbers[name],
            **({"description": told} if told else {}),
        }

    def route(self, route: Route) -> dict[str, Any]:
        """One vehicle's route with its sums."""
        person, goal = self.people[route.caregiver], self.problem.objective
        own = person.id.isdecimal() and self.problem.kind == "vroom"
        driven = sum(stop.travel for stop in route.stops) + route.travel_back
        tasks = [self.visits[stop.visit] for stop in route.stops if stop.kind == "visit"]
        aboard = [visit.load for visit in tasks if not visit.delivers and visit.id not in self.fetched]
        setup = sum(self._setup(visit) for visit in tasks)
        served = sum(stop.finish - stop.start for stop in route.stops)
        told = self.problem.labels.get(f"description:vehicle {person.id}", "" if own else person.id)
        return {
            "vehicle": int(person.id) if own else self.vehicles[person.id],
            **({"description": told} if told else {}),
            "cost": round((goal.travel * driven + goal.vehicles) / goal.scale, 3),
            "setup": setup, "service": served - setup, "duration": driven,
            "waiting_time": sum(stop.wait for stop in route.stops),
            "priority": sum(int(self.problem.labels.get(f"priority:{visit.id}", "0")) for visit in tasks),
            "delivery": [sum(aboard)], "steps": self._steps(person, route, sum(aboard)), "violations": [],
        }  # fmt: skip

    def _steps(self, person: Caregiver, route: Route, aboard: int) -> list[dict[str, Any]]:
        steps = [{"type": "start", **self._where(person.start), "arrival": route.depart, "duration": 0,
                  "setup": 0, "service": 0, "waiting_time": 0, "load": [aboard], "violations": []}]  # fmt: skip
        driven = 0
        for stop in route.stops:
            driven += stop.travel
            told: dict[str, Any] = {"type": "break", "id": int(self.problem.labels.get(f"break:{person.id}", "1"))}
            setup = 0
            if stop.kind == "visit":
                visit = self.visits[stop.visit]
                aboard += visit.load if visit.id in self.fetched else -visit.load
                told, setup = {**self.task(visit.id), **self._where(stop.place)}, self._setup(visit)
            told |= {"arrival": stop.arrive, "duration": driven, "setup": setup,
                     "service": stop.finish - stop.start - setup, "waiting_time": stop.wait}  # fmt: skip
            steps.append({**told, "load": [aboard], "violations": []})
        last = person.end if person.end is not None else route.stops[-1].place
        steps.append({"type": "end", **self._where(last), "arrival": route.back, "duration": driven + route.travel_back,
                      "setup": 0, "service": 0, "waiting_time": 0, "load": [aboard], "violations": []})  # fmt: skip
        return steps

    def _setup(self, visit: Visit) -> int:
        return int(self.problem.labels.get(f"setup:{visit.id}", "0"))

    def _where(self, place: int) -> dict[str, Any]:
        points = self.problem.travel.points
        return {"location": list(points[place])} if points else {"location_index": place}


def read(problem: Problem, root: Fields) -> Plan:
    """VROOM's answer as a plan of a problem that came from its JSON, so that it can be judged. Raises FormatError.

    A break is taken where the vehicle is; VROOM may take it on the way, which the checker then reports as travel.
    """
    reader = _Reader(problem)
    missing = root.find("unassigned")
    reason = Reason("open", "left out by whoever made the plan")
    left = {reader.task(item, item.find("type")).id: reason for item in (missing.items() if missing else [])}
    return Plan(tuple(reader.route(item) for item in root.get("routes").items()), left, math.nan, {})


class _Reader:
    def __init__(self, problem: Problem) -> None:
        self.travel = problem.travel
        self.visits = {visit.id: visit for visit in problem.visits}
        self.people = {person.id: person for person in problem.caregivers}

    def task(self, item: Fields, kind: Fields | None) -> Visit:
        """The visit that a step or an unassigned task means."""
        told, number = kind.text() if kind else "job", item.get("id").whole(0)
        visit = self.visits.get(f"{number}" if told == "job" else f"{told}-{number}")
        if told not in TASKS or visit is None:
            raise item.fail(f"is {told} {number}", "a job, pickup or delivery of the problem")
        return visit

    def route(self, field: Fields) -> Route:
        """One vehicle's route, its legs taken from the problem."""
        person = self.people.get(f"{field.get('vehicle').whole(0)}")
        if person is None:
            raise field.get("vehicle").fail(f"is {field.get('vehicle').value}", "the id of a vehicle")
        first, *tasks, last = field.get("steps").items(2)
        depart = free = first.get("arrival").whole()
        place, stops = person.start, list[Stop]()
        for step in tasks:
            stops.append(self._stop(person, step, place, free))
            place, free = stops[-1].place, stops[-1].finish
        home = 0 if person.end is None or not stops else self.travel.time(person.mode, place, person.end)
        return Route(person.id, 0, depart, tuple(stops), home, last.get("arrival").whole())

    def _stop(self, person: Caregiver, step: Fields, place: int, free: int) -> Stop:
        arrive, spent = step.get("arrival").whole(), [step.find(key) for key in ("waiting_time", "setup", "service")]
        wait, setup, service = (item.whole(0) if item else 0 for item in spent)
        start = arrive + wait
        if step.get("type").text() == "break":
            return Stop("break", "", 0, place, 0, free, start - free, start, start + service)
        visit = self.task(step, step.get("type"))
        leg = self.travel.time(person.mode, place, visit.place)
        return Stop("visit", visit.id, 0, visit.place, leg, arrive, wait, start, start + setup + service)
