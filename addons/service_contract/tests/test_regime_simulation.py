# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_contract_performance import PerformanceCase


@tagged("post_install", "-at_install")
class TestRegimeSimulation(PerformanceCase):
    """What past months would have been worth under other targets."""

    def _open(self, contracts=None, user=None, **vals):
        action = (contracts or self.contract).with_user(user or self.user_contract).action_simulate()
        Simulation = self.env["service.regime.simulation"].with_user(user or self.user_contract)
        form = Form(Simulation.with_context(**action["context"]))
        for name, value in vals.items():
            form[name] = value
        return form

    def _change(self, form, level, **vals):
        """Change the only line of a level on the screen."""
        index = [line["level"] for line in form.line_ids._records].index(level)
        with form.line_ids.edit(index) as line:
            for name, value in vals.items():
                line[name] = value

    def _line(self, simulation, level):
        return simulation.line_ids.filtered(lambda line: line.level == level)

    def test_it_starts_with_last_month_as_it_was(self):
        form = self._open()
        self.assertEqual((form.date_from, form.date_to), (date(2026, 6, 1), date(2026, 6, 30)))
        self.assertFalse(form.message)
        self.assertEqual(
            (form.charge, form.amount_before, form.amount_after, form.difference), (10000.0, -200.0, -200.0, 0.0)
        )
        self.assertEqual([line["level"] for line in form.line_ids._records], ["regime", "target", "rule"])

    def test_changes_are_judged_at_once(self):
        """Nothing has to be saved to see what a change is worth."""
        form = self._open()
        self._change(form, "target", target=98.5)
        self.assertEqual((form.amount_before, form.amount_after, form.difference), (-200.0, -400.0, -200.0))
        self._change(form, "rule", step=0.25, percent=1.0)
        # 0.744 points are three started quarters: 1 % each.
        self.assertEqual(form.amount_after, -300.0)
        self._change(form, "rule", amount=10.0)
        self.assertEqual(form.amount_after, -330.0)
        self._change(form, "regime", cap_percent=2.5)
        self.assertEqual(form.amount_after, -250.0)
        rule = form.line_ids._records[2]
        self.assertEqual((rule["amount_before"], rule["amount_after"], rule["difference"]), (-200.0, -250.0, -50.0))

    def test_another_demand_is_measured_again(self):
        form = self._open()
        self._change(form, "regime", calendar_id=self._new_calendar(hours=((8, 12),), weekdays=range(6)))
        simulation = form.save()
        # Friday 8-11 less the excused hour: 2 of 104 hours.
        self.assertEqual(self._line(simulation, "target").figures, "97.756 %, now 98.077 %")
        self.assertEqual(simulation.amount_after, 0.0)

    def test_round_the_clock(self):
        form = self._open()
        self._change(form, "regime", calendar_id=self.env["resource.calendar"])
        # 19 of 720 hours, and not 7 of 312.
        self.assertEqual(self._line(form.save(), "target").figures, "97.756 %, now 97.361 %")

    def test_special_days_may_be_left_out(self):
        self._new_special_day(effect="weight", weight=3.0, site_ids=[Command.set(self.site.ids)])
        form = self._open()
        self.assertEqual(form.amount_before, -600.0)
        self._change(form, "regime", with_special_days=False)
        self.assertEqual(form.amount_after, -200.0)

    def test_planned_maintenance_may_count(self):
        self._new_event("2026-06-15 10:00", "2026-06-15 12:00", kind="planned")
        form = self._open()
        self._change(form, "regime", is_planned_down=True)
        # 9 of 312 hours: 97.115 %, two steps.
        self.assertEqual((form.amount_before, form.amount_after), (-200.0, -400.0))

    def test_nothing_is_written(self):
        form = self._open()
        self._change(form, "target", target=99.5)
        self._change(form, "rule", percent=5.0)
        self._change(form, "regime", cap_percent=1.0, is_planned_down=True)
        form.save().action_open_table()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertRecordValues(self.regime, [{"cap_percent": 0.0, "is_planned_down": False}])
        self.assertRecordValues(self.rule, [{"percent": 2.0, "step": 0.5}])
        self.assertEqual(self.regime.target_ids.target, 98.0)

    def test_undo_takes_the_regime_as_it_stands(self):
        form = self._open()
        self._change(form, "rule", percent=5.0)
        simulation = form.save()
        self.assertEqual(simulation.difference, -300.0)
        simulation.action_reset()
        self.assertRecordValues(simulation, [{"difference": 0.0, "amount_after": -200.0}])

    def test_several_months_beside_each_other(self):
        self._new_event("2026-05-05 08:00", "2026-05-05 20:00")
        form = self._open(date_from=date(2026, 4, 1))
        self._change(form, "target", target=96.0)
        simulation = form.save()
        # April without a fault, May 12 of 312 hours: 96.154 %, four steps; June one.
        self.assertRecordValues(
            simulation, [{"charge": 30000.0, "amount_before": -1000.0, "amount_after": 0.0, "difference": 1000.0}]
        )
        self.assertEqual(self._line(simulation, "target").figures, "96.154 % - 100 %")
        results = simulation.env["service.regime.simulation.result"].search(simulation.action_open_table()["domain"])
        self.assertRecordValues(
            results,
            [
                {"month": date(2026, 4, 1), "figure_before": 100.0, "amount_before": 0.0, "amount_after": 0.0},
                {"month": date(2026, 5, 1), "figure_before": 96.154, "amount_before": -800.0, "amount_after": 0.0},
                {"month": date(2026, 6, 1), "figure_before": 97.756, "amount_before": -200.0, "amount_after": 0.0},
            ],
        )
        simulation.action_open_table()
        self.assertEqual(len(simulation.result_ids), 3, "the table is made anew each time")

    def test_it_opens_down_to_the_event(self):
        simulation = self._open().save()
        tree = html.fromstring(simulation.result_html)
        (link,) = tree.xpath("//a")
        self.assertEqual(link.get("href"), f"/odoo/service.downtime/{self.fault.id}")
        self.assertEqual(link.text, self.fault.display_name)
        self.assertIn("June 2026", tree.text_content())

    def test_a_regime_brings_its_contracts(self):
        other = self._new_contract(
            rows=[{"equipment_id": self.unit_2.id, "price": 500.0, "regime_id": self.regime.id}]
        )
        Simulation = self.env["service.regime.simulation"].with_user(self.user_contract)
        form = Form(Simulation)
        self.assertIn("Choose one or several contracts", form.message)
        form.regime_id = self.regime
        self.assertEqual(set(form.contract_ids.ids), {self.contract.id, other.id})
        self.assertEqual(form.charge, 10500.0)
        self.assertIn(other.display_name, form.save().result_html)

    def test_changes_stay_when_another_contract_joins(self):
        other = self._new_contract(rows=[{"equipment_id": self.unit_2.id, "price": 500.0}], regime_id=self.regime.id)
        form = self._open()
        self._change(form, "target", target=98.5)
        form.contract_ids.add(other)
        self.assertEqual(form.difference, -200.0)

    def test_kept_as_a_note(self):
        form = self._open()
        self._change(form, "target", target=98.5)
        form.save().action_keep()
        note = self.contract.message_ids[0]
        self.assertEqual(note.author_id, self.user_contract.partner_id)
        self.assertEqual(note.subtype_id, self.env.ref("service_contract.mt_price"))
        text = html.fromstring(note.body).text_content()
        for word in ("June 2026", "97.756", "Difference", "400.00"):
            self.assertIn(word, text)

    def test_sentences_instead_of_figures(self):
        bare = self._new_contract(rows=[{"equipment_id": self.unit_2.id}])
        quiet = self._new_contract(rows=[{"equipment_id": self.unit_2.id}], regime_id=self.regime.id)
        gone = self._new_contract(
            rows=[{"equipment_id": self.unit_2.id}], regime_id=self.regime.id, date_end=date(2026, 2, 28)
        )
        for contract, dates, message in [
            (bare, {}, "under no performance regime"),
            (quiet, {}, "No events in this period"),
            (gone, {}, "Nothing was covered in this period"),
            (self.contract, {"date_to": date(2026, 5, 1)}, "ends before it starts"),
            (self.contract, {"date_from": date(2023, 1, 1)}, "at most 36 months"),
        ]:
            with self.subTest(message=message):
                self.assertIn(message, self._open(contract, **dates).message)

    def test_bad_changes_are_told(self):
        for level, vals, message in [
            ("target", {"target": 101.0}, "between 0 and 100 percent"),
            ("rule", {"step": 0.0}, "a step is more than zero"),
            ("rule", {"percent": -2.0}, "no negative numbers"),
        ]:
            with self.subTest(level=level, vals=vals):
                form = self._open()
                self._change(form, level, **vals)
                self.assertIn(message, form.message)
                self.assertFalse(form.amount_after)
                simulation = form.save()
                with self.assertRaisesRegex(UserError, message):
                    simulation.action_open_table()
                with self.assertRaisesRegex(UserError, message):
                    simulation.action_keep()

    def test_contract_managers_only(self):
        for user in (self.user_reader, self.user_auditor, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["service.regime.simulation"].with_user(user).create({"contract_ids": self.contract.ids})
