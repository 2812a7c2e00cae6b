"""What is remembered: every table of the service, importable from here; refuses queries, sessions and decisions."""

from models.accounts import Account, AccountArea, AuditRow, AuditSeal, IdempotencyRecord, Session, Ticket
from models.areas import Area
from models.assessments import Assessment, AssessmentPolicy, Benefit, Entitlement, Reassessment
from models.base import Base
from models.beds import Bed
from models.elders import Consent, Contact, Elder, ElderCategory, Household, Merge, RegisterImport
from models.events import Event, Sequence
from models.incidents import Incident, LostCase, Timer
from models.jobs import DemoClock, Job
from models.ladders import AnswerGoal, Ladder
from models.meals import Canteen, Meal
from models.menu import MenuItem, MenuPrice
from models.notices import Gateway, Notice
from models.orders import Order
from models.plans import Pin, Plan, Route, Stop, Unserved
from models.providers import Duty, Provider, Station
from models.staff import Caregiver, CaregiverSkill, Position, Shift
from models.terminals import Alert, ClaimCode, Outage, Pulse, Terminal, UnreadableCall, UnverifiedCall
from models.visits import Visit
from models.watching import Receipt, Watch

__all__ = [
    "Account",
    "AccountArea",
    "Alert",
    "AnswerGoal",
    "Area",
    "Assessment",
    "AssessmentPolicy",
    "AuditRow",
    "AuditSeal",
    "Base",
    "Bed",
    "Benefit",
    "Canteen",
    "Caregiver",
    "CaregiverSkill",
    "ClaimCode",
    "Consent",
    "Contact",
    "DemoClock",
    "Duty",
    "Elder",
    "ElderCategory",
    "Entitlement",
    "Event",
    "Gateway",
    "Household",
    "IdempotencyRecord",
    "Incident",
    "Job",
    "Ladder",
    "LostCase",
    "Meal",
    "MenuItem",
    "MenuPrice",
    "Merge",
    "Notice",
    "Order",
    "Outage",
    "Pin",
    "Plan",
    "Position",
    "Provider",
    "Pulse",
    "Reassessment",
    "Receipt",
    "RegisterImport",
    "Route",
    "Sequence",
    "Session",
    "Shift",
    "Station",
    "Stop",
    "Terminal",
    "Ticket",
    "Timer",
    "UnreadableCall",
    "Unserved",
    "UnverifiedCall",
    "Visit",
    "Watch",
]
