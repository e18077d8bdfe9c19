# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-12 09:00:00")
class TestBillingRun(BillingCommon):

    def test_first_period_is_billed_by_days(self):
        contract = self._new_contract()
        run = self._run("2026-03-12")
        self.assertRecordValues(run.charge_ids.sorted("id"), [
            {
                "kind": "coverage", "contract_id": contract.id, "equipment_id": unit.id, "revision": 1,
                "period_start": self._date("2026-03-01"), "period_end": self._date("2026-03-31"),
                "amount": 64.52, "state": "draft",
            }
            for unit in self.units
        ])
        invoice = run.move_ids
        self.assertRecordValues(invoice, [{
            "move_type": "out_invoice", "state": "draft", "partner_id": self.customer.id, "amount_untaxed": 129.04,
            "invoice_date": self._date("2026-03-12"), "company_id": self.company.id,
            "journal_id": self.company_data["default_journal_sale"].id, "invoice_origin": contract.name,
        }])
        for line in invoice.invoice_line_ids:
            self.assertEqual(line.analytic_distribution, {str(contract.analytic_account_id.id): 100.0})
            self.assertTrue(line.tax_ids)
            self.assertEqual(
                line.tax_ids, line.product_id.taxes_id.filtered(lambda tax: tax.company_id == self.company))

    def test_a_second_run_bills_nothing(self):
        self._new_contract()
        self._run("2026-04-01")
        for date in ("2026-04-01", "2026-03-12", "2026-04-30"):
            with self.subTest(date=date):
                run = self._run(date)
                self.assertFalse(run.charge_ids)
                self.assertFalse(run.move_ids)
                self.assertFalse(run.error_ids)

    def test_catching_up_missed_periods(self):
        self._new_contract(self.units[:1])
        run = self._run("2026-06-01")
        self.assertEqual(self._amounts(run), [64.52, 100.0, 100.0, 100.0])
        self.assertEqual(len(run.move_ids), 1)

    def test_arrears(self):
        self._new_contract(self.units[:1], billing_timing="arrears")
        self.assertEqual(self._amounts(self._run("2026-03-30")), [])
        self.assertEqual(self._amounts(self._run("2026-03-31")), [64.52])

    def test_draft_contract_is_not_billed(self):
        self._new_contract(is_active=False)
        self.assertFalse(self._run("2026-04-01").charge_ids)

    def test_only_the_chosen_contracts(self):
        chosen, _other = self._new_contract(self.units[:1]), self._new_contract(self.units[1:])
        self.assertEqual(self._run("2026-03-12", chosen).charge_ids.contract_id, chosen)

    def test_row_ended_after_billing_nets_the_next_invoice(self):
        contract = self._new_contract()
        self._run("2026-04-01")
        contract.coverage_ids[1].action_end(date="2026-04-10")
        waiting = self._run("2026-04-20")
        self.assertFalse(waiting.charge_ids, "a credit alone waits for the next invoice")
        run = self._run("2026-05-01")
        self.assertEqual(self._amounts(run), [-66.67, 100.0])
        self.assertEqual(run.charge_ids.filtered(lambda charge: charge.amount < 0).revision, 2)
        self.assertEqual(run.move_ids.amount_untaxed, 33.33)

    def test_credit_note_policy(self):
        contract = self._new_contract(credit_policy="credit_note")
        self._run("2026-04-01")
        contract.coverage_ids[1].action_end(date="2026-04-10")
        run = self._run("2026-05-01")
        self.assertRecordValues(run.move_ids.sorted("move_type"), [
            {"move_type": "out_invoice", "amount_untaxed": 100.0},
            {"move_type": "out_refund", "amount_untaxed": 66.67},
        ])

    def test_last_credit_of_an_ended_contract_is_not_held(self):
        contract = self._new_contract(self.units[:1])
        self._run("2026-04-01")
        contract.action_cancel(date="2026-04-15")
        run = self._run("2026-04-20")
        self.assertRecordValues(run.move_ids, [{"move_type": "out_refund", "amount_untaxed": 50.0}])

    @freeze_time("2026-04-15 09:00:00")
    def test_prepaid_package_is_billed_at_once(self):
        """Even where the contract is billed in arrears, and once only."""
        contract = self._new_contract(self.units[:1], billing_timing="arrears")
        package = self.env["service.entitlement.package"].create({"name": "10 hours", "quantity": 10, "price": 500.0})
        contract.action_sell_package(package.id, count=2)
        run = self._run("2026-04-15", contract)
        charge = run.charge_ids.filtered(lambda charge: charge.coverage_id.package_entitlement_id)
        self.assertRecordValues(charge, [{"amount": 1000.0}])
        self.assertFalse(self._run("2026-04-30", contract).charge_ids.filtered("coverage_id.package_entitlement_id"))

    def test_change_of_price(self):
        contract = self._new_contract(self.units[:1])
        self._run("2026-07-01")
        contract.coverage_ids.action_reprice(date="2026-07-16", price=130.0)
        run = self._run("2026-07-16")
        self.assertAlmostEqual(sum(self._amounts(run)), 15.49)

    def test_change_of_price_of_whole_periods(self):
        contract = self._new_contract(self.units[:1], proration="full")
        self._run("2026-07-01")
        contract.coverage_ids.action_reprice(date="2026-07-16", price=130.0)
        self.assertFalse(self._run("2026-07-16").charge_ids)
        self.assertEqual(self._amounts(self._run("2026-08-01")), [130.0])

    @freeze_time("2026-07-15 09:00:00")
    def test_suspension_gives_back_its_days(self):
        contract = self._new_contract(self.units[:1])
        self._run("2026-07-01")
        contract.action_suspend(date="2026-07-11")
        contract.action_resume(date="2026-07-21")
        run = self._run("2026-08-01")
        self.assertEqual(self._amounts(run), [-32.26, 100.0])

    def test_grouping(self):
        site = self.env["res.partner"].create({
            "name": "Plant Parma", "parent_id": self.customer.id, "type": "delivery", "is_service_site": True,
        })
        elsewhere = self._new_units(1, site=site)
        for grouping, invoices in (("contract", 2), ("customer", 1), ("site", 2)):
            with self.subTest(grouping=grouping):
                contracts = (
                    self._new_contract(self.units, billing_grouping=grouping)
                    | self._new_contract(elsewhere, billing_grouping=grouping)
                )
                run = self._run("2026-03-12", contracts)
                self.assertEqual(len(run.move_ids), invoices)
                self.assertAlmostEqual(sum(self._amounts(run)), 193.56)
                for move in run.move_ids:
                    keys = {
                        (charge.contract_id if grouping == "contract" else None,
                         charge.site_id if grouping == "site" else None)
                        for charge in run.charge_ids.filtered(lambda charge, move=move: charge.move_id == move)
                    }
                    self.assertEqual(len(keys), 1)

    def test_contract_gives_journal_currency_and_fiscal_position(self):
        journal = self.company_data["default_journal_sale"].copy({"name": "Service invoices"})
        position = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        foreign = self.setup_other_currency("EUR")
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": foreign.id})
        self._new_contract(
            self.units[:1], billing_journal_id=journal.id, fiscal_position_id=position.id, pricelist_id=pricelist.id)
        self.assertRecordValues(self._run("2026-03-12").move_ids, [{
            "journal_id": journal.id, "fiscal_position_id": position.id, "currency_id": foreign.id,
        }])

    def test_one_bad_contract_does_not_hold_up_the_others(self):
        bad, good = self._new_contract(self.units[:1]), self._new_contract(self.units[1:])
        bad.coverage_ids.product_id = False
        run = self._run("2026-03-12")
        self.assertEqual(run.charge_ids.contract_id, good)
        self.assertRecordValues(run.error_ids, [{"contract_id": bad.id, "is_open": True}])
        self.assertIn(bad.name, run.error_ids.message)
        self.assertTrue(bad.with_user(self.accountant).billing_error)
        bad.coverage_ids.product_id = good.coverage_ids.product_id
        again = self._run("2026-03-12")
        self.assertEqual(again.charge_ids.contract_id, bad)
        self.assertFalse(run.error_ids.is_open)
        bad.invalidate_recordset()
        self.assertFalse(bad.with_user(self.accountant).billing_error)

    def test_bad_account_is_reported(self):
        bad, good = self._new_contract(self.units[:1]), self._new_contract(self.units[1:])
        journal = self.company_data["default_journal_sale"].copy({"name": "No account", "default_account_id": False})
        bad.billing_journal_id = journal
        product = bad.coverage_ids.product_id.copy({"name": "No account"})
        product.categ_id = self.env["product.category"].create({"name": "No account"})
        product.categ_id.property_account_income_categ_id = False
        bad.coverage_ids.product_id = product
        self.company.income_account_id = False
        run = self._run("2026-03-12")
        self.assertEqual(run.charge_ids.contract_id, good)
        self.assertEqual(run.error_ids.contract_id, bad)
        self.assertTrue(run.error_ids.message)

    def test_preview_writes_no_ledger_and_agrees_with_the_run(self):
        self._new_contract()
        run = self.env["service.billing.run"].with_user(self.accountant).create({"date": "2026-04-01"})
        run.action_preview()
        self.assertEqual(run.state, "previewed")
        self.assertFalse(run.charge_ids)
        previewed = run.preview_ids.sorted("id").mapped("amount")
        self.assertEqual(previewed, [64.52, 64.52, 100.0, 100.0])
        self.assertEqual(set(run.preview_ids.mapped("invoice_number")), {1})
        run.action_preview()
        self.assertEqual(len(run.preview_ids), 4, "a preview replaces the one before")
        run.action_run()
        self.assertEqual(run.state, "done")
        self.assertFalse(run.preview_ids)
        self.assertEqual(run.charge_ids.sorted("id").mapped("amount"), previewed)

    def test_preview_shows_a_credit_that_waits(self):
        contract = self._new_contract()
        self._run("2026-04-01")
        contract.coverage_ids[1].action_end(date="2026-04-10")
        run = self.env["service.billing.run"].with_user(self.accountant).create({"date": "2026-04-20"})
        run.action_preview()
        self.assertRecordValues(run.preview_ids, [{"amount": -66.67, "is_held": True}])

    def test_done_run_is_final(self):
        self._new_contract()
        run = self._run("2026-03-12")
        for action in ("action_run", "action_preview", "unlink"):
            with self.subTest(action=action), self.assertRaises(UserError):
                getattr(run, action)()

    def test_invoice_goes_to_the_invoice_address(self):
        address = self.env["res.partner"].create({
            "name": "Accounts", "parent_id": self.customer.id, "type": "invoice",
        })
        self._new_contract()
        self.assertEqual(self._run("2026-03-12").move_ids.partner_id, address)

    def test_text_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._new_contract(self.units[:1])
        self.assertIn("31/03/2026", self._run("2026-03-12").charge_ids.description)

    def test_other_company_is_left_alone(self):
        other = self._create_company(name="Other company")
        self._new_contract()
        run = self.env["service.billing.run"].create({"date": "2026-03-12", "company_id": other.id})
        run.action_run()
        self.assertFalse(run.charge_ids)

    def test_billing_plan_is_the_ledger_ahead(self):
        contract = self._new_contract(self.units[:1])
        self._run("2026-03-12")
        plan = contract.with_user(self.accountant).billing_plan()
        self.assertEqual(len(plan), 12)
        self.assertEqual(
            (plan[0]["date"], plan[0]["amount"], plan[-1]["date"], plan[-1]["amount"]),
            ("2026-04-01", 100.0, "2027-03-01", 35.48))

    def _date(self, text):
        return self.env["service.charge"]._fields["date"].to_date(text)
