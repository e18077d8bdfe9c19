# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import uuid

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .files import MAX_FILES, read_files, to_id

TEXTS = ("subject", "description", "customer_reference", "priority_wish", "form_token")
IDS = ("equipment_id", "site_id", "type_id", "original_id")


class ServiceCallNewPortal(CustomerPortal):
    """The form with which a customer reports a problem."""

    def _get_new_call_values(self, **entered):
        """Return what the form shows: what may be chosen, and what was entered."""
        calls = request.env["service.call"]
        values = dict.fromkeys(TEXTS, "") | dict.fromkeys(IDS) | entered
        unit_id = values["equipment_id"]
        chosen = calls._find_portal_units(unit_ids=[unit_id]) if unit_id else []
        original = calls.browse(values["original_id"] or []).exists()
        return {
            **self._prepare_portal_layout_values(),
            **values,
            "page_name": "service_call_new",
            "error": entered.get("error"),
            # Of what he chose he may know what is his.
            "unit": chosen[0] if chosen else None,
            "original": original.sudo() if original and original.has_access("read") else None,
            "has_units": bool(calls._find_portal_units()),
            "sites": calls._get_portal_sites(),
            "call_types": calls._get_portal_types(),
            "priorities": [
                ("", request.env._("As agreed")),
                ("0", request.env._("It can wait")),
                ("1", request.env._("Normal")),
                ("2", request.env._("Urgent")),
                ("3", request.env._("Everything stands still")),
            ],
            "form_token": values["form_token"] or uuid.uuid4().hex,
            "max_files": MAX_FILES,
        }

    @http.route("/my/calls/new", type="http", auth="user", website=True, methods=["GET"])
    def portal_new_call(self, equipment_id=None, original_id=None, **kw):
        """Show the form."""
        original = request.env["service.call"].browse(to_id(original_id) or []).exists()
        entered = {"equipment_id": to_id(equipment_id)}
        if original and original.has_access("read"):
            entered.update(original_id=original.id, equipment_id=original.sudo().equipment_id.id)
        return request.render("service_helpdesk.portal_new_call", self._get_new_call_values(**entered))

    @http.route("/my/calls/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_create_call(self, **kw):
        """Make a call of what was entered; sent twice, the form makes one."""
        entered = {name: kw.get(name) or "" for name in TEXTS} | {name: to_id(kw.get(name)) for name in IDS}
        try:
            files = read_files()
            with request.env.cr.savepoint():
                calls = request.env["service.call"]
                call = calls._find_sent_form(entered["form_token"])
                if not call:
                    call = calls._create_from_portal(**entered)
                    call._attach_from_portal(files)
        except (AccessError, UserError) as error:
            values = self._get_new_call_values(**entered, error=str(error))
            return request.render("service_helpdesk.portal_new_call", values)
        return request.redirect(f"{call.access_url}?message=sent")

    @http.route("/my/calls/units", type="jsonrpc", auth="user", readonly=True)
    def portal_find_units(self, text=""):
        """Return the units that fit what is typed, with the calls that are open on them."""
        return request.env["service.call"]._find_portal_units(str(text)[:64])
