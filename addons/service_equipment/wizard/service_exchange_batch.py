# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class ServiceExchangeBatch(models.TransientModel):
    """Several components of a unit exchanged in one go, by scanner or by hand.

    The scans are read in `service_exchange_batch_scan`; each line becomes one exchange, and all of
    them are done or none.
    """

    _name = "service.exchange.batch"
    _description = "Exchange Components"
    _inherit = ["barcodes.barcode_events_mixin"]

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        domain="[('state', '!=', 'retired')]",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
    )
    component_id = fields.Many2one(
        comodel_name="service.component",
        string="Add a Component",
        domain="[('equipment_id', '=', equipment_id), ('date_removed', '=', False)]",
    )
    scan = fields.Char(help="The serial number of an old or a new part, of the unit, or its asset code.")
    message = fields.Char(readonly=True)
    is_problem = fields.Boolean(readonly=True)

    date = fields.Datetime(required=True, default=fields.Datetime.now)
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
    )
    disposition = fields.Selection(
        selection=lambda self: self.env["service.exchange"]._fields["disposition"]._description_selection(self.env),
        string="Old Parts Go to",
        required=True,
        default="quarantine",
    )
    reason_id = fields.Many2one(comodel_name="service.exchange.reason")
    fault_id = fields.Many2one(comodel_name="service.fault")
    note = fields.Char()
    line_ids = fields.One2many(
        comodel_name="service.exchange.batch.line",
        inverse_name="batch_id",
        string="Components",
    )

    @api.depends("equipment_id")
    def _compute_company_id(self):
        for batch in self:
            batch.company_id = batch.equipment_id.company_id or self.env.company

    @api.depends("company_id")
    def _compute_location_id(self):
        Exchange = self.env["service.exchange"]
        for batch in self:
            if not batch.location_id or batch.location_id.company_id != batch.company_id:
                batch.location_id = Exchange._get_source_location(batch.company_id)

    @api.onchange("equipment_id")
    def _onchange_equipment_id(self):
        """The components of another unit are not exchanged in this one."""
        foreign = self.line_ids.filtered(lambda line: line.component_id.equipment_id != self.equipment_id)
        if foreign.component_id:
            self.line_ids = [Command.clear()]

    @api.onchange("component_id")
    def _onchange_component_id(self):
        if self.component_id:
            if not self.equipment_id:
                self.equipment_id = self.component_id.equipment_id
            self._add_component(self.component_id)
            self.component_id = False

    def _add_component(self, component):
        """Add a line for an installed component, unless there is one.

        :return: the `service.exchange.batch.line` record
        """
        line = self.line_ids.filtered(lambda line: line.component_id._origin == component._origin)[:1]
        if not line:
            line = self.line_ids.new(self._prepare_line_values(component))
            self.line_ids += line
        return line

    def _prepare_line_values(self, component):
        """Prepare the line of a component.

        :param component: `service.component`, empty for a part that is not listed
        :return: dict of `service.exchange.batch.line` values
        """
        return {
            "component_id": component._origin.id,
            "new_product_id": component.product_id._origin.id,
            "quantity": component.quantity or 1.0,
            "location_id": self.location_id._origin.id,
            "disposition": self.disposition,
        }

    def action_exchange(self):
        """Exchange all components, or none.

        :return: a notification, then the exchanges
        :raise UserError: naming the component that cannot be exchanged
        """
        self.ensure_one()
        if not self.equipment_id:
            raise UserError(self.env._("Scan or choose the unit first."))
        if not self.line_ids:
            raise UserError(self.env._("Scan or choose a component first."))
        for line in self.line_ids:
            line._check_complete()
        exchanges = self.env["service.exchange"].create([line._prepare_exchange_values() for line in self.line_ids])
        exchanges.action_done()
        return self._get_result_action(exchanges)

    def _get_result_action(self, exchanges):
        """Return what is shown when all is done: a word, and the exchanges unless they began at the unit."""
        names = ", ".join(exchanges.mapped("name"))
        after = {"type": "ir.actions.act_window_close"}
        if not self.env.context.get("is_from_unit"):
            after = exchanges._get_records_action(name=self.env._("Component Exchanges"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s exchanged: %(names)s", count=len(exchanges), names=names),
                "next": after,
            },
        }
