# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log calls whose contract gives them three clocks."""

from odoo.fields import Command

TITLE = "Log calls with three clocks"
UNIT = "call"
SIZES = (100, 1000)
METRICS = (("response", 240), ("on_site", 480), ("resolution", 960))


def prepare(env, size):
    """Return the values of ``size`` calls for 20 units of one customer under contract."""
    customer = env["res.partner"].create({"name": "Customer", "is_company": True, "email": "service@customer.example"})
    model = env["product.product"].create({"name": "Machine", "is_service_equipment": True})
    units = env["service.equipment"].create([
        {"product_id": model.id, "partner_id": customer.id, "site_id": customer.id, "state": "in_service"}
        for _unit in range(20)
    ])
    policy = env["service.sla.policy"].create({
        "name": "Three clocks",
        "calendar_id": env.company.resource_calendar_id.id,
        "target_ids": [
            Command.create({"metric": metric, "budget_minutes": minutes}) for metric, minutes in METRICS
        ],
    })
    contract = env["service.contract"].create({
        "partner_id": customer.id, "date_start": "2026-01-01", "date_end": "2027-12-31", "sla_policy_id": policy.id,
        "coverage_ids": [Command.create({"equipment_id": unit.id, "price": 100.0}) for unit in units],
    })
    contract.action_activate()
    return [
        {
            "subject": f"Call {number}", "partner_id": customer.id, "site_id": customer.id,
            "equipment_id": units[number % 20].id, "raised_at": "2026-11-16 10:00:00",
        }
        for number in range(size)
    ]


def measure(env, values):
    """Log the calls."""
    calls = env["service.call"].create(values)
    assert len(calls.clock_ids) == len(values) * len(METRICS)


def floors(env, values):
    """Create as many of the leanest mail thread documents of Odoo's own."""
    plan = env["account.analytic.plan"].search([], limit=1)
    bare = [{"name": call["subject"], "plan_id": plan.id} for call in values]
    return {"bare documents with chatter": lambda: env["account.analytic.account"].create(bare)}
