# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import datetime, safe_eval, time

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestMenus(HelpdeskCase):
    """Whatever a role finds in its menus opens: each view, each filter, each group-by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls._new_user("hd_auditor", "service_equipment.group_service_auditor")
        call = cls._new_call(team_id=cls.team.id, user_id=cls.engineer.id)
        cls._new_work(call, "labour", 1, resource_id=cls.resource.id)
        call._register_event("replied")

    def test_every_menu_opens_for_its_roles(self):
        for user in (self.taker, self.engineer, self.controller, self.manager, self.auditor):
            for action in self._get_actions(user):
                with self.subTest(user=user.login, action=action.name):
                    self._open(user, action)

    def test_everybody_who_works_on_calls_finds_his_own(self):
        mine = self.env.ref("service_helpdesk.service_call_action_mine")
        for user in (self.taker, self.engineer):
            self.assertIn(mine, self._get_actions(user))
        self.assertNotIn(mine, self._get_actions(self.auditor))

    def _get_actions(self, user):
        """Return the window actions of service models that a user finds in his menus."""
        root = self.env.ref("service_equipment.service_menu_root")
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        ids = [
            int(menu["action_id"])
            for menu in menus.values()
            if menu.get("app_id") == root.id and menu["action_model"] == "ir.actions.act_window"
        ]
        return self.env["ir.actions.act_window"].browse(set(ids))

    def _open(self, user, action):
        names = {
            "uid": user.id,
            "time": time,
            "context_today": datetime.datetime.now,
            "allowed_company_ids": user.company_ids.ids,
        }
        model = self.env[action.res_model].with_user(user)
        views = [(view.view_id.id, view.view_mode) for view in action.view_ids]
        modes = [mode for mode in action.view_mode.split(",") if mode not in dict(map(reversed, views))]
        views += [(False, mode) for mode in modes] + [(action.search_view_id.id, "search")]
        domain = safe_eval(action.domain or "[]", names)
        for mode, view in model.get_views(views)["views"].items():
            arch = etree.fromstring(view["arch"])
            if mode == "search":
                for search_filter in arch.iter("filter"):
                    self._filter(model, search_filter, domain, names)
            elif mode in ("list", "kanban"):
                model.web_search_read(domain, self._get_specification(model, arch), limit=80)

    def _filter(self, model, search_filter, domain, names):
        if search_filter.get("domain"):
            model.search_count(safe_eval(search_filter.get("domain"), names))
        group_by = safe_eval(search_filter.get("context", "{}"), names).get("group_by") or []
        group_by = [group_by] if isinstance(group_by, str) else group_by
        # Properties are grouped by the one that the user picks.
        if group_by and not any(model._fields[name.split(":")[0]].type == "properties" for name in group_by):
            model.formatted_read_group(domain, group_by, ["__count"])

    def _get_specification(self, model, arch):
        """Return what the web client asks for: names of links, plain values of the rest."""
        specification = {}
        for node in arch.iter("field"):
            field = model._fields.get(node.get("name"))
            if field:
                specification[field.name] = {"fields": {"display_name": {}}} if field.relational else {}
        return specification
