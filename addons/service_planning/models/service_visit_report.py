# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

REPORT = "service_planning.service_visit_report"


class ServiceVisit(models.Model):
    """The intervention report of a visit: signed once by the customer, kept as a PDF."""

    _inherit = "service.visit"

    signature = fields.Image(string="Customer's Signature", copy=False, max_width=1024, max_height=1024)
    signed_by = fields.Char(copy=False, help="The name of the person who signs for the customer.")
    signed_at = fields.Datetime(compute="_compute_signed_at", store=True, copy=False)
    report_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="Intervention Report", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends("signature")
    def _compute_signed_at(self):
        for visit in self:
            visit.signed_at = visit.signature and (visit.signed_at or fields.Datetime.now())

    @api.constrains("signature", "signed_by")
    def _check_signature(self):
        for visit in self.filtered("signature"):
            if not visit.signed_by:
                raise ValidationError(self.env._("Enter the name of the person who signs."))
            if visit.state not in ("working", "done"):
                raise ValidationError(
                    self.env._("Visit %(visit)s can't be signed: work has not begun.", visit=visit.name)
                )

    def write(self, vals):
        if {"signature", "signed_by"} & vals.keys():
            for visit in self:
                if visit.signed_at:
                    raise UserError(self.env._("Visit %(visit)s is already signed.", visit=visit.name))
        result = super().write(vals)
        if vals.get("signature"):
            self.filtered(lambda visit: visit.state == "done")._attach_report()
        return result

    def action_sign(self, signed_by, signature):
        """Record the customer's signature, once.

        :param str signed_by: name of the person who signs
        :param signature: image of the signature, base64
        :raise UserError: if the visit is signed already or has not begun, or a name is missing
        """
        self.write({"signed_by": signed_by, "signature": signature})
        return True

    def action_make_report(self):
        """Make the intervention report again, after a correction of the work.

        :raise UserError: if the customer has signed: what was signed stays as it is
        """
        self.check_access("write")
        for visit in self:
            if visit.signed_at and visit.report_attachment_id:
                raise UserError(
                    self.env._("The report of visit %(visit)s is signed and stays as it is.", visit=visit.name)
                )
        self._attach_report()
        return True

    def action_open_report(self):
        """Open the kept report of this visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.report_attachment_id.id}",
            "target": "new",
        }

    def _keep_report(self):
        """Attach the report; where that fails, say so on the visit: the visit is completed all the same."""
        for visit in self:
            try:
                visit._attach_report()
            except UserError as error:
                visit.message_post(body=self.env._("The intervention report could not be made: %s", error))

    def _attach_report(self):
        """Keep the intervention report of each visit as a PDF; an earlier one is replaced."""
        # sudo: the report is the same whoever makes it; it shows no prices and no costs
        for visit in self.sudo():
            content, extension = self.env["ir.actions.report"].sudo()._render_qweb_pdf(REPORT, res_ids=visit.ids)
            earlier = visit.report_attachment_id
            visit.report_attachment_id = self.env["ir.attachment"].sudo().create(
                {
                    "name": f"{visit._get_report_name()}.{extension}",
                    "raw": content,
                    "res_model": visit._name,
                    "res_id": visit.id,
                    "company_id": visit.company_id.id,
                }
            )
            earlier.unlink()

    def _get_report_name(self):
        """Return the name of the report's file, without its extension."""
        self.ensure_one()
        return self.env._("Intervention %(visit)s", visit=self.name.replace("/", "-"))
