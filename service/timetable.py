"""Which room's timed work runs when, and which job is whose; read by the work role. It does nothing itself."""

from service.accounts import jobs as accounts
from service.assessments import jobs as assessments
from service.beds import jobs as beds
from service.contracts import jobs as contracts
from service.dispatch import jobs as dispatch
from service.dispatch.actions import DIVERT, PLACE
from service.dispatch.actions import KIND as PLAN_DAY
from service.emergencies import jobs as emergencies
from service.entitlements import jobs as entitlements
from service.entitlements.queries import KIND as LOOK
from service.jobs.every import Every
from service.jobs.worker import Kind
from service.patrols import jobs as patrols
from service.visits import jobs as visits

TIMETABLE = (
    Every("emergencies.ring_timers", 0.01, emergencies.keep_time),
    Every("visits.mark_late", 5.0, visits.mark_late),
    Every("accounts.tidy", 600.0, accounts.tidy),
    Every("beds.follow_tests", 15.0, beds.follow_tests),
    Every("beds.begin_rests", 30.0, beds.begin_rests),
    Every("contracts.remind", 600.0, contracts.remind),
    Every("patrols.keep_register", 1800.0, patrols.keep_register),
    Every("assessments.call_for_new", 600.0, assessments.call_for_new),
    Every("entitlements.ask_at_night", 600.0, entitlements.ask_at_night),
)

KINDS = {
    PLAN_DAY: Kind(dispatch.plan_day, retries=1, topic="plan.progress"),
    DIVERT: Kind(dispatch.plan_diversion, topic="plan.progress"),
    LOOK: Kind(entitlements.look, retries=1),
    PLACE: Kind(dispatch.place_visit, topic="plan.progress"),
}
"""Background jobs by kind."""
