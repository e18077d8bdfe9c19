# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a user waits for in a helpdesk with 10,000 calls behind it, and in one with 1,000,000.

The rows are copies by SQL of two calls that were really logged, an open and a closed one, with customers, clocks,
events and messages. The 500 latest are open and the others closed, one every ten minutes; so both have the same work to
do and one has a hundred times the past. Both stand in the same transaction, the small one first; nothing stays.
"""

import os
import time
from datetime import timedelta

from scale import Register
from sizes import Questions, compare, read_fields, say

from odoo import fields
from odoo.fields import Command, Domain
from odoo.tests.common import new_test_user

TITLE = "Read calls, with a short past and a long one"
SIZES = tuple(int(size) for size in os.environ.get("CALL_SIZES", "10000,1000000").split(","))
OPEN = 500
CALLS_PER_CUSTOMER = 100
METRICS = (("response", 240), ("on_site", 480), ("resolution", 960))


class Calls(Register):
    """Two calls made by the application, and as many copies as wanted."""

    def make_template(self):
        """Log an open and a closed call, as users do."""
        env = self.env
        self.now = fields.Datetime.now()
        self.customer = env["res.partner"].create(
            {"name": "Customer", "is_company": True, "tz": "Europe/Rome", "email": "a@b.example"}
        )
        model = env["product.product"].create({"name": "Machine", "is_service_equipment": True})
        unit = env["service.equipment"].create(
            {"product_id": model.id, "partner_id": self.customer.id, "site_id": self.customer.id, "state": "in_service"}
        )
        policy = env["service.sla.policy"].create({
            "name": "Three clocks", "calendar_id": env.company.resource_calendar_id.id,
            "target_ids": [
                Command.create({"metric": metric, "budget_minutes": minutes}) for metric, minutes in METRICS
            ],
        })
        env.company.service_sla_policy_id = policy
        self.team = env["service.team"].create({"name": "Benchmark"})
        values = {"subject": "Machine stops", "equipment_id": unit.id, "team_id": self.team.id,
                  "raised_at": self.now - timedelta(hours=1)}
        self.opened, self.closed = env["service.call"].create([values, values])
        self.closed.action_assign_to_me()
        self.closed.message_post(body="We come tomorrow", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.closed.action_complete()
        env.flush_all()

    def __init__(self, env):
        self.env, self.size = env, 0
        self.make_template()
        self.base = {table: self.next_id(table) for table in (
            "res_partner", "service_call", "service_sla_clock", "service_call_event", "mail_message")}

    def grow(self, size):
        """Let there be so many calls."""
        start, cr = time.perf_counter(), self.env.cr
        first, last = self.size + 1, size
        self.env.flush_all()
        cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cr.fetchone()[0]:
            cr.execute("SET LOCAL session_replication_role = replica")
        self.fill_customers(first, last)
        for call, low, high in ((self.opened, first, min(last, OPEN)), (self.closed, max(first, OPEN + 1), last)):
            if low <= high:
                self.fill_calls(call, low, high)
                say(f"calls {low:,} to {high:,} after {time.perf_counter() - start:.0f} s")
        cr.execute("SET LOCAL session_replication_role = origin")
        cr.execute("ANALYZE")
        cr.execute("SELECT pg_has_role('pg_checkpoint', 'USAGE')")
        if cr.fetchone()[0]:
            cr.execute("CHECKPOINT")
        self.size = size
        self.env.invalidate_all()

    def fill_customers(self, first, last):
        """Copy the customer: one for a few calls."""
        per, partners = CALLS_PER_CUSTOMER, self.base["res_partner"]
        name = "'Customer ' || n"
        self.copy(self.customer, (first - 2) // per + 2, (last - 1) // per + 1, name=name, complete_name=name,
                  commercial_partner_id=f"{partners} + n")

    def fill_calls(self, call, first, last):
        """Copy a call with its clocks, events and messages."""
        calls, customer = self.base["service_call"], f"{self.base['res_partner']} + (n - 1) / {CALLS_PER_CUSTOMER} + 1"
        ago = f"- (n * interval '10 minutes') + timestamp '{self.now}'"
        closed = f"{ago} + interval '8 minutes'" if call.closed_at else "NULL"
        name = "'CALL/B' || lpad(n::text, 8, '0')"
        self.copy(call, first, last, name=name, subject="'Machine ' || n || ' stops'",
                  partner_id=customer, commercial_partner_id=customer, site_id=customer, access_token="NULL",
                  raised_at=ago, closed_at=closed, create_date=ago,
                  queue_rank="src.queue_rank || lpad(n::text, 8, '0')",
                  next_deadline="NULL" if call.closed_at else f"timestamp '{self.now}' + n * interval '2 minutes'")
        for number, clock in enumerate(call.clock_ids):
            self.copy(clock, first, last, id=self.get_id("service_sla_clock", number, 3), call_id=f"{calls} + n",
                      commercial_partner_id=customer, started_at=ago)
        for number, event in enumerate(call.event_ids.sorted("id")[:3]):
            self.copy(event, first, last, id=self.get_id("service_call_event", number, 3), call_id=f"{calls} + n",
                      at=ago)
        message = call.message_ids.sorted("id")[-1:]
        self.copy(message, first, last, res_id=f"{calls} + n", message_id="NULL")

    def get_id(self, table, number, count):
        """Return the SQL for the id of the copy of row ``number`` of ``count`` that hang on a call."""
        return f"{self.base[table]} + n * {count} + {number}"


class Screens(Questions):
    """What the web client and the portal ask for."""

    def __init__(self, calls):
        self.calls = calls
        env = calls.env
        context = {"no_reset_password": True, "tracking_disable": True}
        user = new_test_user(env, "bench_calls", groups="service_helpdesk.group_service_helpdesk_user", context=context)
        context = {"lang": "en_US", "tz": "Europe/Rome", "allowed_company_ids": user.company_id.ids}
        self.env = env(user=user, context=context)
        customer = env["res.partner"].browse(calls.base["res_partner"] + 1)
        portal = new_test_user(env, "bench_portal", groups="base.group_portal", context={"no_reset_password": True})
        portal.partner_id.parent_id = customer
        if "service_sees_all_calls" in portal.partner_id._fields:
            portal.partner_id.service_sees_all_calls = True
        env.flush_all()
        self.portal = env(user=portal, context={"lang": "en_US", "tz": "Europe/Rome"})
        self.model = self.env["service.call"]
        views = self.model.get_views([(False, "list"), (False, "kanban"), (False, "search")])["views"]
        self.list, self.kanban = (read_fields(self.model, views[kind]["arch"]) for kind in ("list", "kanban"))
        states = ("ok", "warning", "missed", "paused", "met")
        self.progress = {"field": "sla_state", "colors": dict.fromkeys(states, "")}

    def find(self, *domain):
        """Ask for the first page of the list."""
        return self.model.web_search_read(list(Domain.AND(domain)), self.list, limit=80, count_limit=10001)

    def find_number(self, name):
        """Ask for what the search box finds in all calls."""
        found = self.find(Domain("display_name", "ilike", name))
        assert found["length"] == 1, found["length"]

    def show_kanban(self, domain):
        """Ask for the columns, their bars and the first cards of each."""
        self.model.read_progress_bar(list(domain), "stage_id", self.progress)
        self.model.web_read_group(
            list(domain), ["stage_id"], ["__count"], auto_unfold=True, unfold_read_specification=self.kanban,
            unfold_read_default_limit=40)

    def show_portal_list(self):
        """Ask for the first page of the portal's list."""
        calls = self.portal["service.call"]
        domain = [("commercial_partner_id", "=", self.portal.user.commercial_partner_id.id)]
        assert calls.search_count(domain) == CALLS_PER_CUSTOMER
        found = calls.search(domain, order="raised_at desc, id desc", limit=80)
        found.mapped("name")
        found.sudo().mapped("stage_id.name")

    def show_portal_page(self, number):
        """Ask for a customer's call and its messages."""
        call = self.portal["service.call"].browse(self.calls.base["service_call"] + 1 + number % CALLS_PER_CUSTOMER)
        call.check_access("read")
        call.sudo().read(["name", "subject", "description", "deadline_words", "stage_id", "equipment_id"])
        self.portal["mail.message"].sudo().search(
            [("model", "=", "service.call"), ("res_id", "=", call.id), ("subtype_id.internal", "=", False)], limit=10
        ).mapped("body")

    def questions(self):
        """Return what is asked: dict of label to function of a call's number."""
        opened = Domain("is_closed", "=", False)
        return {
            "list, first page": lambda n: self.find(opened),
            "queue": lambda n: self.find(opened, Domain("user_id", "=", False)),
            "list of all calls": lambda n: self.find(Domain.TRUE),
            "search box: number": lambda n: self.find_number(f"CALL/B{n:08d}"),
            "kanban": lambda n: self.show_kanban(opened),
            "live screen": lambda n: self.env["service.live"].get_board(self.calls.team.id),
            "dashboard": lambda n: self.env["service.dashboard"].get_dashboard(self.calls.team.id, "4w"),
            "portal list": lambda n: self.show_portal_list(),
            "portal page": self.show_portal_page,
        }


def report(env):
    """Fill, measure and print both sizes."""
    compare(Calls(env), Screens, SIZES)
