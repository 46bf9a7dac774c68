"""The memory: tables, constraints and nothing that decides."""

from models.appointments import Appointment, AppointmentEvent, Idempotency
from models.base import Base
from models.broadcast import (
    Broadcast,
    BroadcastList,
    BroadcastTarget,
    PatientGroup,
    PatientGroupMember,
)
from models.entitlements import Entitlement
from models.messages import (
    ApiToken,
    Attachment,
    CannedAnswer,
    HumanRequest,
    Inbox,
    Job,
    Outbox,
    Prompt,
    RequestEvent,
    Subscription,
)
from models.people import Consent, Patient, PatientLink, WechatUser
from models.places import Department, Doctor, RosterVersion, Shift, Site, Slot, Village
from models.queue import Calling, Pace, Ticket, TicketEvent, TicketSeries
from models.staff import AuditEvent, Staff, Suspension, SuspensionLine
from models.waitlist import WaitlistEntry

__all__ = [
    "ApiToken",
    "Appointment",
    "AppointmentEvent",
    "Attachment",
    "AuditEvent",
    "Base",
    "Broadcast",
    "BroadcastList",
    "BroadcastTarget",
    "Calling",
    "CannedAnswer",
    "Consent",
    "Department",
    "Doctor",
    "Entitlement",
    "HumanRequest",
    "Idempotency",
    "Inbox",
    "Job",
    "Outbox",
    "Pace",
    "Patient",
    "PatientGroup",
    "PatientGroupMember",
    "PatientLink",
    "Prompt",
    "RequestEvent",
    "RosterVersion",
    "Shift",
    "Site",
    "Slot",
    "Staff",
    "Subscription",
    "Suspension",
    "SuspensionLine",
    "Ticket",
    "TicketEvent",
    "TicketSeries",
    "Village",
    "WaitlistEntry",
    "WechatUser",
]  # fmt: skip
