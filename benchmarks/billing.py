# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bill contracts of three priced rows, one invoice each."""

from odoo.fields import Command
from odoo.tools import split_every

TITLE = "Bill contracts of three lines"
UNIT = "contract"
SIZES = (200, 1000)
DATE = "2026-03-01"
CHUNKS = (50, 100)


def prepare(env, size):
    """Activate ``size`` contracts of as many customers, three rows each."""
    _fill_books(env)
    partners = env["res.partner"].create([
        {"name": f"Customer {number}", "is_company": True} for number in range(size)
    ])
    model = env["product.product"].create({"name": "Machine", "is_service_equipment": True})
    units = env["service.equipment"].create([
        {"product_id": model.id, "partner_id": partner.id, "site_id": partner.id, "state": "in_service"}
        for partner in partners for _unit in range(3)
    ])
    contracts = env["service.contract"].create([
        {
            "partner_id": partner.id, "date_start": DATE, "date_end": "2027-02-28",
            "coverage_ids": [Command.create({"equipment_id": unit.id, "price": 100.0}) for unit in units_of],
        }
        for partner, units_of in zip(partners, split_every(3, units), strict=True)
    ])
    contracts.action_activate()
    return contracts


def measure(env, contracts):
    """Run billing as the accountant's button does."""
    run = _new_run(env, contracts)
    run.action_run()
    assert len(run.move_ids) == len(contracts), run.error_ids.mapped("message")


def floors(env, contracts):
    """Create the same drafts bare, with the same setting of the creation message, in chunks of some sizes."""
    run = _new_run(env, contracts)
    invoices, _held = run._get_invoices(contracts, env["service.work"])
    values = run._prepare_invoices(list(invoices.values()))

    def create(chunk_size):
        for chunk in split_every(chunk_size, values):
            env["account.move"].with_context(mail_create_nolog=True).create(list(chunk))
            env.flush_all()

    return {f"drafts, chunks of {size}": (lambda size=size: create(size)) for size in CHUNKS}


def _new_run(env, contracts):
    return env["service.billing.run"].create({"date": DATE, "contract_ids": [Command.set(contracts.ids)]})


def _fill_books(env):
    """Post and pay some invoices where there are none.

    On empty books PostgreSQL guesses so badly that one of Odoo's own queries about payments takes minutes per batch.
    """
    if env["account.payment"].search_count([], limit=1):
        return
    customer = env["res.partner"].create({"name": "Regular customer"})
    moves = env["account.move"].create([
        {
            "move_type": "out_invoice", "partner_id": customer.id, "invoice_date": DATE,
            "invoice_line_ids": [Command.create({"name": "Service", "price_unit": 100.0}) for _line in range(3)],
        }
        for _invoice in range(60)
    ])
    moves.action_post()
    register = env["account.payment.register"].with_context(active_model="account.move", active_ids=moves.ids)
    register.create({})._create_payments()
