# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

WAITS_FOR = [
    ("customer", "Customer"),
    ("part", "Part"),
    ("supplier", "Supplier"),
    ("access", "Access to the site"),
    ("date", "Planned date"),
    ("us", "Ourselves"),
]
# What a call waits for that only its customer can do.
CUSTOMER_WAITS = ("customer", "access")
DAYS = ("remind_days", "resume_days", "follow_up_days", "close_days")


class ServicePauseReason(models.Model):
    """Why a call may wait, and what waiting means.

    A reason of the customer stops the clocks: the call is on hold (rules.md 3). One of ours does not: the call says
    what it waits for, and its deadlines go on.
    """

    _name = "service.pause.reason"
    _description = "Reason of a Pause"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Leave empty to share the reason between companies."
    )
    waits_for = fields.Selection(selection=WAITS_FOR, required=True, default="customer")
    stops_clocks = fields.Boolean(default=True, help="Deadlines wait while a call is on hold for this reason.")
    needs_until = fields.Boolean(string="Date Needed", help="Whoever puts a call on hold must say until when.")
    resumes_on_reply = fields.Boolean(
        string="A Reply Ends It", help="The call goes on by itself as soon as the customer writes."
    )
    is_customer_told = fields.Boolean(string="Customer Is Told", help="The customer is told that, and why, we wait.")
    remind_days = fields.Integer(
        string="Remind After", help="Working days after which the owner gets a task to look at it; 0: never."
    )
    resume_days = fields.Integer(
        string="Goes on After", help="Working days after which the call goes on by itself; 0: never."
    )
    follow_up_days = fields.Integer(
        string="Ask Again After", help="Working days after which the customer is asked again; 0: never."
    )
    close_days = fields.Integer(
        string="Close After", help="Working days after which the call is completed without an answer; 0: never."
    )
    effect = fields.Char(string="What Happens", compute="_compute_effect")

    _days_positive = models.Constraint(
        "CHECK (remind_days >= 0 AND resume_days >= 0 AND follow_up_days >= 0 AND close_days >= 0)",
        "A number of days cannot be negative.",
    )
    _close_after_follow_up = models.Constraint(
        "CHECK (close_days = 0 OR close_days > follow_up_days)",
        "A call can be closed only after the customer was asked again: give more days until it is closed.",
    )

    @api.depends("stops_clocks", "resumes_on_reply", *DAYS)
    @api.depends_context("lang")
    def _compute_effect(self):
        def words(days):
            if days == 1:
                return self.env._("1 working day")
            return self.env._("%(days)s working days", days=days)

        for reason in self:
            parts = [
                self.env._("the deadlines wait") if reason.stops_clocks else self.env._("the deadlines go on"),
                reason.resumes_on_reply and self.env._("a reply of the customer ends it"),
                reason.remind_days
                and self.env._("the owner is reminded after %(time)s", time=words(reason.remind_days)),
                reason.follow_up_days
                and self.env._("the customer is asked again after %(time)s", time=words(reason.follow_up_days)),
                reason.resume_days and self.env._("goes on after %(time)s", time=words(reason.resume_days)),
                reason.close_days
                and self.env._("closed without an answer after %(time)s", time=words(reason.close_days)),
            ]
            text = "; ".join(part for part in parts if part)
            reason.effect = text[:1].upper() + text[1:] + "."
