# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# Days before a document's last day on which the responsible is told.
REMINDER_DAYS = 30
# What a signed document is made of; the rest says who sees it and where it stands.
FILE_FIELDS = {
    *("contract_id", "name", "kind", "date", "is_signed"),
    *("type", "raw", "datas", "db_datas", "url", "mimetype", "ir_attachment_id"),
}


class ServiceContractDocument(models.Model):
    """A document of a contract, for us alone or for the customer too.

    The file belongs to this record, not to the contract: customers may read their contracts. A document that was
    signed stays as it is.
    """

    _name = "service.contract.document"
    _description = "Contract Document"
    _inherit = ["service.document.mixin"]
    _inherits = {"ir.attachment": "ir_attachment_id"}
    _order = "sequence, date desc, id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=[
            ("contract", "Contract"),
            ("annex", "Annex"),
            ("certificate", "Certificate"),
            ("correspondence", "Correspondence"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    date = fields.Date(string="Dated", default=fields.Date.context_today)
    date_end = fields.Date(
        string="Valid Until",
        help="The responsible of the contract is reminded a month before.",
    )
    is_reminded = fields.Boolean(readonly=True, copy=False, help="The responsible was told of this last day.")
    has_prices = fields.Boolean(
        string="Shows Prices",
        compute="_compute_has_prices",
        store=True,
        readonly=False,
        precompute=True,
        help="Only people who may see the prices of contracts open it.",
    )
    is_signed = fields.Boolean(
        string="Signed in the Portal",
        readonly=True,
        copy=False,
        help="A signed document cannot be changed or deleted.",
    )

    @api.depends("kind")
    def _compute_has_prices(self):
        """Propose to keep contracts and letters to those who see prices."""
        for document in self:
            document.has_prices = document.kind in ("contract", "correspondence")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("is_signed") for vals in vals_list):
            raise UserError(self.env._("Documents are signed by customers in the portal only."))
        return super().create(vals_list)

    def write(self, vals):
        if not FILE_FIELDS.isdisjoint(vals):
            self._check_unsigned()
        if not self.env.su and vals.get("is_signed"):
            raise UserError(self.env._("Documents are signed by customers in the portal only."))
        if "date_end" in vals:
            vals = {"is_reminded": False, **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_unsigned()

    def _check_unsigned(self):
        """Refuse to change or delete what was signed.

        :raise UserError: for the first signed document
        """
        for document in self:
            if document.is_signed:
                raise UserError(self.env._("%(document)s was signed: it stays as it is.", document=document.name))

    # ------------------------------------------------------------------
    # Reminder
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind_documents(self):
        """Once a day: remind the responsible of documents that end soon, once for each last day.

        Each document on its own: one that fails is logged and the others go on.
        """
        cron = self.env["ir.cron"]
        documents = self.search(self._get_reminder_domain())
        cron._commit_progress(remaining=len(documents))
        for document in documents:
            try:
                with self.env.cr.savepoint():
                    document._remind()
            except UserError as error:
                _logger.warning("Document %s of contract %s: %s", document.id, document.contract_id.name, error)
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_reminder_domain(self):
        """Hook: return the domain of the documents to be reminded of today."""
        today = fields.Date.today()
        return (
            Domain("is_reminded", "=", False)
            & Domain("date_end", ">=", today)
            & Domain("date_end", "<=", today + timedelta(days=REMINDER_DAYS))
            & Domain("contract_id.state", "in", ("draft", "active", "suspended"))
            & Domain("contract_id.user_id", "!=", False)
        )

    def _remind(self):
        """Tell the responsible of the contract that a document ends."""
        self.ensure_one()
        self.is_reminded = True
        responsible = self.contract_id.user_id
        contract = self.contract_id.with_context(lang=responsible.lang)
        contract.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.date_end,
            summary=contract.env._("%(document)s ends", document=self.name),
            user_id=responsible.id,
        )


class ServiceContract(models.Model):
    """The documents of a contract."""

    _inherit = "service.contract"

    document_ids = fields.One2many(
        comodel_name="service.contract.document",
        inverse_name="contract_id",
        string="Documents",
        groups="base.group_user",
    )
    document_count = fields.Integer(compute="_compute_document_count", groups="base.group_user")

    def _compute_document_count(self):
        groups = self.env["service.contract.document"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = dict(groups)
        for contract in self:
            contract.document_count = counts.get(contract, 0)

    def unlink(self):
        # The files go with the contract, for whoever may delete that.
        self.sudo().document_ids.unlink()
        return super().unlink()

    def action_view_documents(self):
        """Open the documents of one contract.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_document_action")
        return {
            **action,
            "name": self.env._("Documents of %(contract)s", contract=self.name),
            "domain": [("contract_id", "=", self.id)],
            "context": {"default_contract_id": self.id},
        }

    def _get_portal_documents(self):
        """Return the documents that the customer of one contract may see.

        :return: `service.contract.document` records, with all rights: their files are handed out by whoever has
            checked that the contract is this customer's
        """
        self.ensure_one()
        self.check_access("read")
        # Customers read their contracts, not the documents: only what is shared with them.
        return self.env["service.contract.document"].sudo().search(
            [("contract_id", "=", self.id), ("is_public", "=", True)]
        )
