# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Selections shared by the whole service chain.

One list each, so that a coverage row, an SLA target and a call can never disagree about what "urgent" is called.
The kinds of work are those of ``service_equipment.const.WORK_KINDS``.
"""

PRIORITIES = [
    ("0", "Low"),
    ("1", "Normal"),
    ("2", "High"),
    ("3", "Urgent"),
]

# Of these, letters, notes on prices and files are for people who see prices.
PRICED_MODELS = ("service.contract", "service.contract.amendment")

# What a coverage row says about one kind of work (rules.md 2).
TERMS = [
    ("included", "Included"),
    ("from_buckets", "From quota"),
    ("chargeable", "Chargeable"),
]

# What an SLA target measures (rules.md 3).
METRICS = [
    ("response", "Response"),
    ("on_site", "On site"),
    ("workaround", "Workaround"),
    ("resolution", "Resolution"),
]

# What a performance regime measures (rules.md 9): how many clocks were met, and what no clock tells.
REGIME_METRICS = [
    ("availability", "Availability"),
    *METRICS,
    ("maintenance", "Maintenance on time"),
    ("failures", "Failures"),
]

# What a quota counts (rules.md 4).
QUOTA_UNITS = [
    ("calls", "Calls"),
    ("hours", "Hours"),
    ("hours_maintained", "Maintenance hours"),
    ("visits", "Visits"),
    ("km", "Kilometres"),
    ("money", "Money"),
]

INTERVAL_UNITS = [
    ("week", "Weeks"),
    ("month", "Months"),
    ("quarter", "Quarters"),
    ("year", "Years"),
    ("once", "Once"),
]

# What an event of the down-time register is (rules.md 9).
DOWNTIME_KINDS = [
    ("down", "Down"),
    ("degraded", "Degraded"),
    ("planned", "Planned Maintenance"),
    ("excused", "Excused"),
    ("alternative", "Alternative in Place"),
]

# How prices change when a contract is renewed.
INDEXATIONS = [
    ("none", "Stay as They Are"),
    ("percent", "Rise by a Percentage"),
    ("index", "Follow an Index"),
]
