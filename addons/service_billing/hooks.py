# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def post_init_hook(env):
    """Tax the shipped services where there are books already."""
    env["product.template"]._tax_shipped_services(env["res.company"].search([]))


def uninstall_hook(env):
    """Take back the right that our data gave to Odoo's invoicing group."""
    billing = env.ref("service_billing.group_service_billing_user")
    env.ref("account.group_account_invoice").implied_ids -= billing
