# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lists that calls, events and clocks share."""

# Who reads what hangs on calls; accountants read the calls alone.
CALL_READERS = (
    "service_helpdesk.group_service_helpdesk_engineer,"
    "service_helpdesk.group_service_helpdesk_reader,"
    "service_equipment.group_service_auditor"
)

CHANNELS = [
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("web", "Website"),
    ("chat", "Chat"),
    ("person", "In person"),
    ("api", "Other system"),
]

EVENT_KINDS = [
    ("raised", "Raised"),
    ("allocated", "Allocated"),
    ("planned", "Planned"),
    ("travel", "Travel"),
    ("arrived", "Arrived"),
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    # Of these two the clocks know nothing: the call waits for us.
    ("waiting", "Waits, the clocks go on"),
    ("continued", "Goes on"),
    ("replied", "Replied"),
    ("workaround", "Workaround"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("reopened", "Reopened"),
    ("void", "Struck out"),
    ("hours", "Hours exceeded"),
]

# The flag of a stage that stands for an event, in the order of a call's life.
STAGE_FLAG_BY_KIND = {
    "raised": "is_initial",
    "allocated": "is_allocated",
    "planned": "is_planned",
    "travel": "is_travel",
    "arrived": "is_working",
    "paused": "is_pause",
    "completed": "is_done",
    "cancelled": "is_cancelled",
}
PROGRESS_KINDS = ("raised", "allocated", "planned", "travel", "arrived")
CLOSING_KINDS = ("completed", "cancelled")

# Where the instant of an event is kept on the call.
INSTANT_FIELD_BY_KIND = {
    "allocated": "allocated_at",
    "planned": "planned_at",
    "travel": "travel_at",
    "arrived": "arrived_at",
    "replied": "replied_at",
    "completed": "closed_at",
    "cancelled": "closed_at",
}

CLOCK_STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("missed", "Missed"),
    ("excused", "Excused"),
    ("void", "Void"),
]

EXCUSE_KINDS = [
    ("access", "No access to the site"),
    ("later", "The customer asked for a later date"),
    ("customer", "Waiting for the customer"),
    ("force", "Force majeure"),
    ("data", "Logged wrongly"),
    ("other", "Other"),
]

TEAM_LEVELS = [("1", "First line"), ("2", "Second line"), ("3", "Third line")]

SLA_STATES = [
    ("none", "No target"),
    ("ok", "On time"),
    ("warning", "At risk"),
    ("missed", "Missed"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("excused", "Excused"),
]

COVER_SOURCES = [
    ("warranty", "Warranty"),
    ("contract", "Contract"),
    ("manual", "Chosen by hand"),
    ("none", "Not covered"),
]

# A call's free-call bucket waives these kinds of work (rules.md 4).
FREE_CALL_KINDS = ("callout", "travel", "distance")
# Kinds of work that are counted in hours.
TIME_KINDS = ("labour", "travel")

# What the notification rules can tell of.
NOTIFICATION_EVENTS = [
    ("created", "Created"),
    ("stage", "Stage changed"),
    ("priority", "Priority changed"),
    ("owner", "Owner changed"),
    ("allocated", "Allocated"),
    ("unassigned", "Waits for somebody"),
    ("note_added", "Note added"),
    ("note_changed", "Note changed"),
    ("replied", "Replied"),
    ("customer_replied", "Customer wrote"),
    ("bounced", "Mail did not arrive"),
    ("escalated", "Escalated"),
    ("paused", "Put on hold"),
    ("follow_up", "Customer is asked again"),
    ("warned", "Deadline at risk"),
    ("missed", "Deadline missed"),
    ("escalation_step", "Escalation rule acted"),
    ("hours_exceeded", "Hours exceeded"),
    ("work_to_validate", "Work to validate"),
    ("work_refused", "Work refused"),
    ("to_approve", "Change to approve"),
    ("customer_to_approve", "Customer's approval needed"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("merged", "Merged"),
    ("reopened", "Reopened"),
    ("rated_low", "Rated badly"),
]

# Whom the notification rules can tell: those who asked first, then those who work on the call.
NOTIFICATION_RECIPIENTS = [
    ("contact", "Contact"),
    ("customer", "Customer"),
    ("owner", "Owner"),
    ("assigned", "Working on it"),
    ("team", "Team"),
    ("controllers", "Controllers"),
    ("leader", "Team leader"),
    ("responsible", "Responsible for the customer"),
    ("manager", "Service managers"),
    ("followers", "Followers of ours"),
    ("users", "Named users"),
]
CUSTOMER_RECIPIENTS = ("contact", "customer")
# What customers may be told of: nothing that happens inside.
CUSTOMER_EVENTS = (
    "created",
    "stage",
    "priority",
    "owner",
    "allocated",
    "customer_to_approve",
    "completed",
    "cancelled",
    "merged",
    "reopened",
)

NOTIFICATION_CHANNELS = [
    ("mail", "E-mail"),
    ("inbox", "Inbox"),
    ("activity", "To-do"),
]

# The texts with which rules begin.
TEMPLATE_BY_CUSTOMER_EVENT = {
    "created": "service_helpdesk.mail_template_service_call_acknowledge",
    "customer_to_approve": "service_helpdesk.mail_template_service_call_approve",
    "completed": "service_helpdesk.mail_template_service_call_completed",
    "cancelled": "service_helpdesk.mail_template_service_call_cancelled",
    "merged": "service_helpdesk.mail_template_service_call_merged",
    "reopened": "service_helpdesk.mail_template_service_call_reopened",
}
CUSTOMER_TEMPLATE = "service_helpdesk.mail_template_service_call_progress"
STAFF_TEMPLATE = "service_helpdesk.mail_template_service_call_notice"

# What settles a to-do: nobody has to do anything any more.
SETTLED_BY_OWNER = ("unassigned", "created")
SETTLED_BY_CLOSING = (
    "created",
    "unassigned",
    "priority",
    "owner",
    "allocated",
    "escalated",
    "customer_replied",
    "warned",
    "missed",
)
CHANGE_RISKS = [("0", "Low"), ("1", "Medium"), ("2", "High")]
