"""What is remembered: every table of the service, importable from here; refuses queries, sessions and decisions."""

from models.accounts import Account, AccountArea, AuditRow, AuditSeal, IdempotencyRecord, Session, Ticket
from models.areas import Area
from models.assessments import Assessment, AssessmentPolicy, Benefit, Entitlement, Reassessment
from models.base import Base
from models.beds import Bed, BedDevice, BedPause, BedStep, Respite
from models.contracts import Contract, ContractTemplate
from models.elders import Consent, Contact, Elder, ElderCategory, Household, Merge, OnBehalf, RegisterImport
from models.events import Event, Sequence
from models.incidents import Incident, LostCase, Timer
from models.jobs import DemoClock, Job
from models.ladders import AnswerGoal, Ladder
from models.meals import Canteen, Meal
from models.menu import MenuItem, MenuPrice
from models.notices import Gateway, Notice
from models.orders import Order
from models.patrols import PatrolTarget
from models.plans import Pin, Plan, Route, Stop, Unserved
from models.policies import Policy
from models.providers import Duty, Provider, Station
from models.staff import Caregiver, CaregiverSkill, Position, Shift
from models.terminals import Alert, ClaimCode, Outage, Pulse, Terminal, UnreadableCall, UnverifiedCall
from models.visits import Visit
from models.waiting import WaitingEntry
from models.watching import Receipt, Watch
from models.works import WorksItem, WorksOrder, WorksPhoto

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
    "BedDevice",
    "BedPause",
    "BedStep",
    "Benefit",
    "Canteen",
    "Caregiver",
    "CaregiverSkill",
    "ClaimCode",
    "Consent",
    "Contact",
    "Contract",
    "ContractTemplate",
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
    "OnBehalf",
    "Order",
    "Outage",
    "PatrolTarget",
    "Pin",
    "Plan",
    "Policy",
    "Position",
    "Provider",
    "Pulse",
    "Reassessment",
    "Receipt",
    "RegisterImport",
    "Respite",
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
    "WaitingEntry",
    "Watch",
    "WorksItem",
    "WorksOrder",
    "WorksPhoto",
]
