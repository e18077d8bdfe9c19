# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take mails in: each becomes a call of the customer who wrote it, about the unit whose serial number it names."""

import logging

from odoo.fields import Command

TITLE = "Take mails in"
UNIT = "mail"
SIZES = (100, 500)
CUSTOMERS = 50
MAIL = """From: Person {customer} <person{customer}@customer{customer}.example>
To: {{to}}
Subject: Pump SN-{customer:04d} leaks again ({number})
Message-Id: <{{to}}-{number}@customer{customer}.example>
Date: Mon, 16 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="B"

--B
Content-Type: text/plain; charset="utf-8"

Good morning,

our pump SN-{customer:04d} drips again since this morning, {number} litres in all.

Kind regards
--B
Content-Type: text/html; charset="utf-8"

<p>Good morning,</p><p>our pump <b>SN-{customer:04d}</b> drips again since this morning, {number} litres in all.</p>
<p>Kind regards</p>
--B--
"""


def prepare(env, size):
    """Return a service team, a sales team and ``size`` mails of 50 customers under contract."""
    logging.getLogger("odoo.addons.mail.models.mail_thread").setLevel(logging.ERROR)
    domain = env["mail.alias.domain"].create({"name": "bench.example"})
    env.company.alias_domain_id = domain
    service = env["service.team"].create({"name": "Service", "alias_name": "bench-service"})
    sales = env["crm.team"].create({"name": "Sales", "alias_name": "bench-sales"})
    for team in (service, sales):
        team.alias_id.alias_domain_id = domain
    customers = env["res.partner"].create([
        {"name": f"Customer {number}", "is_company": True, "email": f"info@customer{number}.example", "child_ids": [
            Command.create({"name": f"Person {number}", "email": f"person{number}@customer{number}.example"}),
        ]}
        for number in range(CUSTOMERS)
    ])
    model = env["product.product"].create({"name": "Pump", "is_service_equipment": True, "tracking": "serial"})
    lots = env["stock.lot"].create([
        {"name": f"SN-{number:04d}", "product_id": model.id} for number in range(CUSTOMERS)
    ])
    units = env["service.equipment"].create([
        {"product_id": model.id, "lot_id": lot.id, "partner_id": customer.id, "site_id": customer.id,
         "state": "in_service"}
        for lot, customer in zip(lots, customers, strict=True)
    ])
    contracts = env["service.contract"].create([
        {"partner_id": unit.partner_id.id, "date_start": "2026-01-01", "date_end": "2027-12-31",
         "coverage_ids": [Command.create({"equipment_id": unit.id, "price": 100.0})]}
        for unit in units
    ])
    contracts.action_activate()
    mails = [MAIL.format(customer=number % CUSTOMERS, number=number) for number in range(size)]
    return service, sales, mails


def measure(env, prepared):
    """Take the mails in as calls, one after the other, as the job that fetches them does."""
    service, _sales, mails = prepared
    take(env, service, mails)
    calls = env["service.call"].search([("team_id", "=", service.id)])
    assert len(calls) == len(mails), f"{len(mails)} mails made {len(calls)} calls"
    assert all(calls.mapped("equipment_id")), "not all units were recognised"


def floors(env, prepared):
    """Take the same mails in as leads of Odoo's CRM."""
    _service, sales, mails = prepared
    return {"the same mails as CRM leads": lambda: take(env, sales, mails)}


def take(env, team, mails):
    """Hand the mails to Odoo's gateway, each flushed as by a commit of its own."""
    thread = env["mail.thread"]
    for mail in mails:
        thread.message_process(None, mail.format(to=team.alias_email))
        env.flush_all()
        env.invalidate_all()
