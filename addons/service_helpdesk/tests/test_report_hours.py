# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestReportHours(HelpdeskCase):
    """Labour beside allotted hours, in the analyses of calls and of promises.

    Kept: 4 of 5 h. Over: 6 of 3 h. Open: half an hour of 2. Without: 9 h of none. So 10.5 of 10 h.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls._new_user("hd_reader", "service_helpdesk.group_service_helpdesk_reader")
        cls.kept, cls.over, cls.opened, cls.without = (
            cls._new_worked(*figures, **vals)
            for figures, vals in (
                ((5, 4), {}),
                ((3, 6), {}),
                ((2, 0.5), {}),
                ((0, 9), {"equipment_id": cls.unit_bare.id, "partner_id": cls.customer.id}),
            )
        )
        cls.calls = cls.kept | cls.over | cls.opened | cls.without
        with freeze_time(RAISED + timedelta(hours=6)):
            (cls.kept | cls.over | cls.without).action_complete()

    @classmethod
    def _new_worked(cls, estimate, labour, **vals):
        call = cls._new_call(team_id=cls.team.id, hours_estimated=estimate, **vals)
        call.hours_estimated = estimate
        cls._new_work(call, "labour", labour)
        cls._new_work(call, "travel", 1)
        return call

    def _read(self, model, groupby=(), domain=(), measures=("hours_allotted:sum", "hours_used:sum")):
        reports = self.env[model].with_user(self.reader)
        return reports._read_group([("call_id", "in", self.calls.ids), *domain], groupby, measures)

    def test_each_call(self):
        rows = [self.env["service.call.report"].with_user(self.reader).browse(call.id) for call in self.calls]
        found = [
            (row.hours_allotted, row.hours_used, row.allotted_percent, row.within_budget, row.over_budget_count)
            for row in rows
        ]
        self.assertEqual(found, [(5, 4, 80, 100, 0), (3, 6, 200, 0, 1), (2, 0.5, 25, 0, 0), (0, 0, 0, 0, 0)])

    def test_the_share_is_that_of_the_sums(self):
        measures = ["hours_allotted:sum", "hours_used:sum", "allotted_percent:avg", "within_budget:avg"]
        ((allotted, used, percent, within),) = self._read("service.call.report", measures=measures)
        self.assertEqual((allotted, used, within), (10, 10.5, 50))
        self.assertAlmostEqual(percent, 105)

    def test_by_customer_contract_and_engineer(self):
        for field, expected in (
            ("commercial_partner_id", {self.customer: (10, 10.5)}),
            ("contract_id", {self.contract: (10, 10.5), self.contract.browse(): (False, False)}),
            ("engineer_id", {self.engineer: (10, 10.5)}),
        ):
            for model in ("service.call.report", "service.sla.report"):
                with self.subTest(field=field, model=model):
                    rows = {key: (allotted, used) for key, allotted, used in self._read(model, [field])}
                    for key, sums in expected.items():
                        # A call without a promise has no row among the promises.
                        if key or model == "service.call.report":
                            self.assertEqual(rows[key], sums)

    def test_hours_stand_once_beside_the_promises_of_a_call(self):
        rows = self._read("service.sla.report", ["metric"])
        self.assertEqual({metric: used for metric, _allotted, used in rows}, {"response": False, "resolution": 10.5})
        self.over.action_reopen()
        with freeze_time(RAISED + timedelta(hours=9)):
            self.over.action_complete()
        ((allotted, used),) = self._read("service.sla.report")
        self.assertEqual((allotted, used), (10, 10.5))

    def test_in_time_and_in_budget(self):
        measures = ["kept_within_budget:avg", "__count"]
        resolution = [("metric", "=", "resolution")]
        ((share, _count),) = self._read("service.sla.report", domain=resolution, measures=measures)
        self.assertEqual(share, 50)
        late = self._new_worked(5, 4)
        self.calls |= late
        with freeze_time(RAISED + timedelta(days=9)):
            late.action_complete()
        ((share, _count),) = self._read("service.sla.report", domain=resolution, measures=measures)
        self.assertAlmostEqual(share, 100 / 3, msg="of three, one was late and one took too long")

    def test_an_open_call_over_its_estimate(self):
        self._new_work(self.opened, "labour", 2)
        self.env.invalidate_all()
        self.assertEqual(self._read("service.call.report", measures=["over_budget_count:sum"]), [(2,)])
        over = self.env["service.call.report"].with_user(self.reader).search([("over_budget_count", ">", 0)])
        self.assertEqual(over.call_id & self.calls, self.over | self.opened)
        self.assertEqual(over[0].action_open_call()["res_id"], over[0].call_id.id)

    def test_a_cancelled_call_is_not_counted(self):
        self.opened.action_cancel()
        ((allotted, used),) = self._read("service.call.report")
        self.assertEqual((allotted, used), (8, 10))

    def test_a_quota_that_was_used_up_is_a_budget_of_nothing(self):
        self.assertEqual(self.contract.entitlement_ids.filtered(lambda bucket: bucket.unit == "hours").quantity, 4)
        first = self._new_worked(0, 4)
        self._validate_work(first.work_ids.with_user(self.engineer))
        second = self._new_worked(0, 2)
        self.calls = first | second
        with freeze_time(RAISED + timedelta(hours=7)):
            self.calls.action_complete()
        measures = ["hours_allotted:sum", "hours_used:sum", "over_budget_count:sum", "within_budget:avg"]
        self.assertEqual(self._read("service.call.report", measures=measures), [(4, 6, 1, 50)])
