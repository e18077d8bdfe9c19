# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The whole story in one run: from a delivered unit to a posted invoice.

Each step runs as the role that does it, at the instant it happens; the figures
are those of the worked story in ``docs/architecture.md``.
"""
import base64
import re
from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ServiceSuiteCase

PNG = base64.b64encode(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
))
MAIL = """\
From: Carla Conti <carla@adria.example.com>
To: story-service@{domain}
Subject: Labels are torn - {serial}
Message-ID: <story-call-a@adria.example.com>
Date: Thu, 02 Apr 2026 10:30:00 +0200
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Good morning,
the labeller tears every second label. Please come.
Carla
"""

# Odoo shows these to whoever may read the record, and reads for them what customers may not.
ODOO_OWN = {"activity_exception_decoration", "activity_exception_icon"}


@tagged("post_install", "-at_install")
class TestStory(ServiceSuiteCase):

    def test_story(self):
        self._step_1_deliver_units()
        self._step_2_contract()
        self._step_7a_bill_in_advance()
        self._step_3_calls_arrive()
        self._step_4_plan()
        self._step_5_visit_a()
        self._step_5_visits_b_c_d()
        self._step_6_validate()
        self._step_7b_remove_and_bill()
        self._step_7c_bill_again_is_harmless()
        self._step_8_profit()
        self._step_8b_one_picture()
        self._step_9_portal()
        self._every_role_reads_all_it_may()

    # -- 1 ---------------------------------------------------------------

    def _deliver(self, serials):
        """Quote and order as sales, deliver the given serials as the stock clerk."""
        sales, clerk = self.users["story_sales"], self.users["story_clerk"]
        order = self.env["sale.order"].with_user(sales).create({
            "partner_id": self.customer.id, "partner_shipping_id": self.site.id,
            "order_line": [Command.create({"product_id": self.machine.id, "product_uom_qty": len(serials)})],
        })
        order.action_confirm()
        picking = order.picking_ids.with_user(clerk)
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.machine.id,
                            "lot_id": lot.id,
                            "quantity": 1,
                            "picked": True,
                            "picking_id": picking.id,
                            "location_id": picking.location_id.id,
                            "location_dest_id": picking.location_dest_id.id,
                        }
                    )
                    for lot in serials
                ],
            }
        )
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return order, picking

    def _step_1_deliver_units(self):
        lots = [self.serial(self.machine, f"L200-{number:04}") for number in range(1, 5)]
        with freeze_time("2023-03-14 09:00:00"):
            order, picking = self._deliver(lots[:2])
        with freeze_time("2026-02-18 09:00:00"):
            __, last_picking = self._deliver(lots[2:])
        Equipment = self.env["service.equipment"].with_user(self.users["story_clerk"])
        units = Equipment.search([("lot_id", "in", [lot.id for lot in lots])], order="serial_number")
        self.assertRecordValues(units, [
            {
                "serial_number": lot.name, "partner_id": self.customer.id, "site_id": self.site.id,
                "product_id": self.machine.id, "state": "in_service", "date_delivered": delivered,
                "warranty_date_end": warranty_end,
            }
            for lot, delivered, warranty_end in zip(
                lots,
                [date(2023, 3, 14)] * 2 + [date(2026, 2, 18)] * 2,
                [date(2025, 3, 13)] * 2 + [date(2028, 2, 17)] * 2,
                strict=True,
            )
        ])
        self.assertEqual(units[0].order_ref, order.name)
        self.assertEqual(units[0].delivery_picking_id, picking)
        self.assertEqual(units[0].delivery_ref, picking.name)
        self._return(last_picking, lots[3])
        self.assertEqual(units.mapped("state"), ["in_service"] * 3 + ["retired"])
        self.unit_1, self.unit_2, self.unit_3 = units[:3].with_env(self.env)
        with freeze_time("2026-04-01"):
            self.assertFalse(self.unit_1._warranty_kinds_at(date(2026, 4, 1)))
            self.assertEqual(self.unit_3._warranty_kinds_at(date(2026, 4, 1)), {"labour", "part"})

    def _return(self, picking, lot):
        clerk = self.users["story_clerk"]
        with freeze_time("2026-02-25 09:00:00"):
            wizard = Form(self.env["stock.return.picking"].with_user(clerk).with_context(
                active_ids=picking.ids, active_id=picking.id, active_model="stock.picking",
            )).save()
            wizard.product_return_moves.quantity = 1
            result = wizard.action_create_returns()
            back = self.env["stock.picking"].with_user(clerk).browse(result["res_id"])
            back.move_ids.move_line_ids.unlink()
            back.move_ids.write({"move_line_ids": [Command.create({
                "product_id": self.machine.id, "lot_id": lot.id, "quantity": 1, "picked": True, "picking_id": back.id,
                "location_id": back.location_id.id, "location_dest_id": back.location_dest_id.id,
            })]})
            back.button_validate()
            self.assertEqual(back.state, "done")

    # -- 2 ---------------------------------------------------------------

    @freeze_time("2026-03-10 09:00:00")
    def _step_2_contract(self):
        manager = self.users["story_contracts"]
        terms = {
            "term_labour": "from_buckets", "term_travel": "from_buckets", "term_distance": "from_buckets",
            "term_callout": "from_buckets", "term_part": "chargeable", "discount_part": 10,
        }
        contract = self.env["service.contract"].with_user(manager).create({
            "partner_id": self.customer.id,
            "date_start": "2026-03-12", "date_end": "2027-03-11", "date_anchor": "2026-03-01",
            "billing_timing": "advance", "proration": "days", "credit_policy": "net",
            "interval_count": 1, "interval_unit": "month",
            "pricelist_id": self.tariff.id, "sla_policy_id": self.policy.id,
            "period_ids": [Command.create({
                "date_start": "2026-03-12", "date_end": "2027-03-11", "free_calls": 2, "free_hours": 4,
            })],
            "coverage_ids": [
                Command.create({
                    "equipment_id": unit.id, "price": 100.0, "product_id": self.fee.id,
                    "sla_policy_id": self.policy.id, **terms,
                }) for unit in (self.unit_1, self.unit_2)
            ],
        })
        contract.action_activate()
        self.assertEqual(contract.state, "active")
        self.assertEqual(
            sorted(contract.entitlement_ids.mapped(lambda bucket: (bucket.unit, bucket.quantity))),
            [("calls", 2), ("hours", 4)],
        )
        self.contract = contract.with_env(self.env)

    # -- 3 ---------------------------------------------------------------

    def _step_3_calls_arrive(self):
        with freeze_time("2026-04-02 08:30:00"):
            self.call_a = self._mail_call()
        with freeze_time("2026-04-03 07:15:00"):
            self.call_b = self._portal_call()
        taker = self.env["service.call"].with_user(self.users["story_call_taker"])
        with freeze_time("2026-04-07 10:00:00"):
            self.call_c = taker.create({
                "subject": "Belt slips", "partner_id": self.customer.id, "site_id": self.site.id,
                "product_id": self.uncovered_product.id, "channel": "phone", "team_id": self.team.id,
            }).with_env(self.env)
        with freeze_time("2026-04-08 10:00:00"):
            self.call_d = taker.create({
                "subject": "New unit does not start", "partner_id": self.customer.id,
                "equipment_id": self.unit_3.id, "channel": "phone", "team_id": self.team.id,
            }).with_env(self.env)
        calls = self.call_a + self.call_b + self.call_c + self.call_d
        self.assertEqual(len(set(calls.mapped("name"))), 4)
        self.assertRecordValues(
            calls,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "equipment_id": equipment.id,
                    "cover_source": source,
                }
                for equipment, source in (
                    (self.unit_1, "contract"),
                    (self.unit_2, "contract"),
                    (self.env["service.equipment"], "none"),
                    (self.unit_3, "warranty"),
                )
            ],
        )
        with self.enter_registry_test_mode():
            self.env.ref("service_helpdesk.ir_cron_notification").method_direct_trigger()
        for call in calls:
            self.assertTrue(call.cover_reason)
            self.assertEqual(set(call.clock_ids.mapped("metric")), {"response", "resolution"})
            acknowledgement = self.env["mail.mail"].sudo().search([
                ("model", "=", "service.call"), ("res_id", "=", call.id),
            ])
            self.assertTrue(acknowledgement, f"{call.name} was not acknowledged")
            self.assertIn(call.name, acknowledgement[0].subject)
        # raised Thursday 10:30 in Rome: 6.5 h that day, 8 h on Friday, 1.5 h on Monday
        self.assertEqual(self._clock(self.call_a, "response").deadline, datetime(2026, 4, 2, 12, 30))
        self.assertEqual(self._clock(self.call_a, "resolution").deadline, datetime(2026, 4, 6, 8, 30))

    def _clock(self, call, metric):
        return call.clock_ids.filtered(lambda clock: clock.metric == metric)

    def _mail_call(self):
        before = self.env["service.call"].search([])
        self.env["mail.thread"].message_process(None, MAIL.format(
            domain=self.team.alias_domain, serial=self.unit_1.serial_number,
        ))
        call = self.env["service.call"].search([]) - before
        self.assertRecordValues(call, [{
            "channel": "email", "team_id": self.team.id, "contact_id": self.contact.id,
            "subject": f"Labels are torn - {self.unit_1.serial_number}",
        }])
        return call

    def _portal_call(self):
        before = self.env["service.call"].search([])
        self.authenticate("story_customer", "story_customer")
        page = self.url_open("/my/calls/new")
        self.assertEqual(page.status_code, 200)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        response = self.url_open("/my/calls/new", data={
            "csrf_token": token, "subject": "Machine two stopped", "description": "It stops every hour.",
            "equipment_id": str(self.unit_2.id),
        })
        self.assertEqual(response.status_code, 200)
        call = self.env["service.call"].search([]) - before
        self.assertRecordValues(call, [{"channel": "portal", "contact_id": self.contact.id}])
        return call

    # -- 4 ---------------------------------------------------------------

    def _step_4_plan(self):
        controller = self.users["story_controller"]
        with freeze_time("2026-04-02 09:00:00"):
            call = self.call_a.with_user(controller)
            self.assertTrue(call.stage_id.is_initial)
            call.action_allocate(team_id=self.team.id)
            self.assertTrue(call.stage_id.is_allocated)
            call.message_post(
                body="An engineer comes tomorrow.", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        with freeze_time("2026-04-02 09:30:00"):
            self.visit_a = self._plan(self.call_a, "2026-04-03 07:00:00", "2026-04-03 11:00:00")
            self.assertTrue(self.call_a.stage_id.is_planned)
        response = self._clock(self.call_a, "response")
        self.assertRecordValues(response, [{"state": "met", "stopped_at": datetime(2026, 4, 2, 9, 0)}])

    def _plan(self, call, start, end):
        visit = self.env["service.visit"].with_user(self.users["story_controller"]).create({
            "call_ids": [Command.link(call.id)], "lead_id": self.engineer.id, "date_start": start, "date_end": end,
        })
        visit.action_confirm()
        return visit.with_env(self.env)

    # -- 5 ---------------------------------------------------------------

    def _step_5_visit_a(self):
        engineer = self.users["story_engineer"]
        old_lot = self.serial(self.part, "HEAD-OLD")
        new_lot = self.serial(self.part, "HEAD-NEW", self.van)
        component = self.unit_1.component_ids
        self.assertEqual(len(component), 1, "the as-designed list was copied at registration")
        self.assertFalse(component.lot_id)
        del old_lot
        visit = self.visit_a.with_user(engineer)
        with freeze_time("2026-04-03 06:30:00"):
            visit.action_start_travel()
            self.assertTrue(self.call_a.stage_id.is_travel)
        with freeze_time("2026-04-03 07:00:00"):
            visit.action_start_work()
            self.assertTrue(self.call_a.stage_id.is_working)
        with freeze_time("2026-04-03 10:00:00"):
            self._record(visit, self.call_a, labour=3, travel=0.5, distance=20)
            exchange = self.env["service.exchange"].with_user(engineer).create({
                "equipment_id": self.unit_1.id, "component_id": component.id, "call_id": self.call_a.id,
                "visit_id": visit.id, "new_product_id": self.part.id, "new_lot_id": new_lot.id,
                "old_serial_found": "HEAD-FOUND", "location_id": self.van.id, "disposition": "scrap",
            })
            exchange.action_done()
            visit.action_sign(signed_by="Carla Conti", signature=PNG)
            visit.action_complete()
        self.assertRecordValues(exchange, [{"state": "done"}])
        moves = exchange.sudo().move_ids
        self.assertEqual(set(moves.mapped("state")), {"done"})
        self.assertIn((self.van, "customer"), [(move.location_id, move.location_dest_id.usage) for move in moves])
        today = self.unit_1.component_ids.filtered(lambda row: not row.date_removed)
        self.assertEqual(today.lot_id, new_lot)
        self.assertTrue(self.call_a.stage_id.is_done)
        self.assertRecordValues(self._clock(self.call_a, "resolution"), [
            {"state": "met", "stopped_at": datetime(2026, 4, 3, 10, 0)},
        ])
        report = self.visit_a.report_attachment_id
        self.assertTrue(report, "completing makes the intervention report")

    def _record(self, visit, call, **quantities):
        """Record work as the engineer of the visit: hours, kilometres or pieces by kind."""
        self.env["service.work"].with_user(self.users["story_engineer"]).create(
            [
                {
                    "kind": kind,
                    "call_id": call.id,
                    "visit_id": visit.id,
                    "resource_id": self.engineer.id,
                    "quantity": quantity,
                }
                for kind, quantity in quantities.items()
            ]
        )

    def _visit(self, call, day, parts=(), **quantities):
        controller, engineer = self.users["story_controller"], self.users["story_engineer"]
        with freeze_time(f"{day} 06:00:00"):
            visit = self._plan(call, f"{day} 07:00:00", f"{day} 10:00:00").with_user(engineer)
        with freeze_time(f"{day} 07:00:00"):
            visit.action_start_work()
        with freeze_time(f"{day} 09:30:00"):
            self._record(visit, call, **quantities)
            for product in parts:
                self.env["service.work"].with_user(engineer).create({
                    "kind": "part", "product_id": product.id, "quantity": 1,
                    "call_id": call.id, "visit_id": visit.id, "resource_id": self.engineer.id,
                })
            visit.action_sign(signed_by="Carla Conti", signature=PNG)
            visit.action_complete()
        self.assertTrue(call.with_user(controller).stage_id.is_done)

    def _step_5_visits_b_c_d(self):
        self._visit(self.call_b, "2026-04-08", labour=2, travel=0.5, distance=20)
        self._visit(self.call_c, "2026-04-09", callout=1, labour=1, travel=0.5, distance=20)
        self._visit(self.call_d, "2026-04-10", labour=1, parts=[self.part])

    # -- 6 ---------------------------------------------------------------

    @freeze_time("2026-04-13 08:00:00")
    def _step_6_validate(self):
        controller = self.users["story_controller"]
        for call in (self.call_a, self.call_b, self.call_c, self.call_d):
            work = call.with_user(controller).work_ids
            work.filtered(lambda line: line.state == "draft").action_submit()
            work.action_validate()
        self.assertEqual(self._chargeable(self.call_a), {"labour": 0, "travel": 0, "distance": 0, "part": 1})
        self.assertEqual(self._chargeable(self.call_b), {"labour": 1, "travel": 0, "distance": 0})
        self.assertEqual(self._chargeable(self.call_c), {"callout": 1, "labour": 1, "travel": 0.5, "distance": 20})
        self.assertEqual(self._chargeable(self.call_d), {"labour": 0, "part": 0})
        self.assertEqual(
            {bucket.unit: bucket.quantity_left for bucket in self.contract.entitlement_ids}, {"calls": 0, "hours": 0},
        )

    def _chargeable(self, call):
        return {line.kind: line.quantity_chargeable for line in call.work_ids}

    # -- 7 ---------------------------------------------------------------

    def _bill(self, day):
        accountant = self.users["story_accountant"]
        with freeze_time(f"{day} 08:00:00"):
            run = self.env["service.billing.run"].with_user(accountant).create({"date": day})
            run.action_run()
        self.assertFalse(run.error_ids, run.error_ids.mapped("message"))
        return run

    def _post(self, run):
        with freeze_time(f"{run.date} 09:00:00"):
            run.move_ids.with_user(self.users["story_accountant"]).action_post()
        self.assertEqual(set(run.move_ids.mapped("state")), {"posted"})

    def _amounts(self, run):
        return sorted(line.price_subtotal for line in run.move_ids.invoice_line_ids)

    def _step_7a_bill_in_advance(self):
        for day, amounts in (("2026-03-12", [64.52, 64.52]), ("2026-04-01", [100.0, 100.0])):
            run = self._bill(day)
            self.assertEqual(self._amounts(run), amounts)
            self.assertEqual(len(run.move_ids), 1)
            self._post(run)

    def _step_7b_remove_and_bill(self):
        with freeze_time("2026-04-15 08:00:00"):
            row = self.contract.coverage_ids.filtered(lambda coverage: coverage.equipment_id == self.unit_2)
            row.with_user(self.users["story_contracts"]).action_end(date="2026-04-10")
        run = self._bill("2026-05-01")
        self._check_may(run)
        # cancelling a draft frees its rows: the next run bills them anew
        run.move_ids.with_user(self.users["story_accountant"]).button_cancel()
        run = self._bill("2026-05-01")
        self._check_may(run)
        self._post(run)

    def _check_may(self, run):
        self.assertEqual(len(run.move_ids), 2)
        self.assertEqual(
            sorted((move.amount_untaxed, self._amounts_of(move)) for move in run.move_ids),
            [(140.0, [10.0, 20.0, 50.0, 60.0]), (165.33, [-66.67, 60.0, 72.0, 100.0])],
        )

    def _amounts_of(self, move):
        return sorted(move.invoice_line_ids.mapped("price_subtotal"))

    def _step_7c_bill_again_is_harmless(self):
        for day in ("2026-03-12", "2026-04-01", "2026-05-01"):
            self.assertFalse(self._bill(day).move_ids)

    # -- 8 ---------------------------------------------------------------

    def _step_8_profit(self):
        with freeze_time("2026-05-31 12:00:00"):
            manager = self.users["story_manager"]
            profit = self.contract.with_user(manager).profit(date_to="2026-05-31")
        self.assertEqual(
            {key: round(profit[key], 2) for key in ("revenue", "cost", "profit")},
            {"revenue": 494.37, "cost": 237.0, "profit": 257.37},
        )

    # -- 9 ---------------------------------------------------------------

    def _step_8b_one_picture(self):
        """All of the story is on the contract's history, and every role reads of it what it may."""
        seen = {}
        for login, user in self.users.items():
            contract = self.contract.with_user(user)
            if contract.has_access("read"):
                seen[login] = {each["kind"] for each in contract.get_history_page()["kinds"]}
        logged = {"call", "visit", "work", "consumption"}
        self.assertLessEqual(logged | {"exchange"}, seen["story_manager"])
        self.assertLessEqual(logged, seen["story_engineer"])
        self.assertIn("invoice", seen["story_accountant"])
        self.assertNotIn("invoice", seen["story_engineer"])

    def _step_9_portal(self):
        pages = {
            f"/my/equipment/{self.unit_1.id}": self.unit_1.serial_number,
            f"/my/contracts/{self.contract.id}": self.contract.name,
            f"/my/calls/{self.call_a.id}": self.call_a.name,
        }
        lists = ("/my/equipment", "/my/contracts", "/my/calls", "/my/invoices")
        with freeze_time("2026-05-02 08:00:00"):
            self.authenticate("story_customer", "story_customer")
            for url, text in pages.items():
                response = self.url_open(url)
                self.assertEqual(response.status_code, 200, url)
                self.assertIn(text, response.text)
            for url in lists:
                self.assertEqual(self.url_open(url).status_code, 200)
            self.assertIn(self.call_a.name, self.url_open("/my/calls?filterby=all").text)
            invoice = self.env["account.move"].search(
                [("partner_id", "=", self.customer.id), ("state", "=", "posted")], limit=1
            )
            self.assertIn(invoice.name, self.url_open("/my/invoices").text)
            report = f"/my/visits/{self.visit_a.id}/report"
            self.assertIn(report, self.url_open(f"/my/calls/{self.call_a.id}").text)
            self.assertEqual(self.url_open(report).status_code, 200)
            self.authenticate("story_other_customer", "story_other_customer")
            self.assertEqual(self.url_open(report).status_code, 404)
            self.assertNotIn(invoice.name, self.url_open("/my/invoices").text)
            for url, text in pages.items():
                self.assertNotIn(text, self.url_open(url).text)
            for url in lists:
                page = self.url_open(url).text
                for secret in (self.unit_1.serial_number, self.contract.name, self.call_a.name):
                    self.assertNotIn(secret, page)

    # -- rights ----------------------------------------------------------

    def _every_role_reads_all_it_may(self):
        """A record that a role may read, it may read with all the fields that it may see."""
        people = [*self.users.values(), self.portal_user]
        models = [name for name in self.env if name.startswith("service.") and not self.env[name]._abstract]
        for name in models:
            # The story's own, not the demo's.
            record = self.env[name].sudo().search([], order="id desc", limit=1)
            for user in people:
                theirs = record.with_user(user).sudo(False)
                if theirs and theirs.has_access("read"):
                    # What is cached is read without asking who may.
                    self.env.invalidate_all()
                    with self.subTest(model=name, user=user.login):
                        own = {name for name, field in theirs._fields.items() if not field.inherited} - ODOO_OWN
                        self.assertTrue(theirs.read(own & set(theirs.fields_get(attributes=()))))
