# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def uninstall_hook(env):
    """Leave the analytic plan behind when contracts have accounts in it: their entries stay true without us."""
    plan = env.ref("service_contract.analytic_plan_service_contracts", raise_if_not_found=False)
    if plan and plan.account_ids:
        env["ir.model.data"].search(
            [("module", "=", "service_contract"), ("name", "=", "analytic_plan_service_contracts")]
        ).unlink()
