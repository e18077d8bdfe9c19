# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
import uuid

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq, hmac
from odoo.tools.mail import email_normalize

from .files import read_files

_logger = logging.getLogger(__name__)

TEXTS = ("name", "email", "phone", "company", "serial", "subject", "description")
# A person takes so long to fill the form in, and has it open no longer, in seconds.
MIN_SECONDS, MAX_SECONDS = 3, 24 * 3600
MAX_FILES = 5
MAX_FILE_SIZE = 10 * 1024 * 1024
MAX_SIZE = 25 * 1024 * 1024


class ServiceWebForm(http.Controller):
    """The public form for calls: whoever sends it is told the number, and nothing of what we know."""

    def _find_addressee(self, team_token):
        """Return company and team (sudo) that get the calls of this form; no company: there is no such form."""
        # Whoever opens the form has no rights; he sees the name of the company alone.
        if not team_token:
            company = request.env.company.sudo()
            return company if company.service_web_form else company.browse(), request.env["service.team"].sudo()
        team = request.env["service.team"].sudo()._find_by_web_token(team_token)
        company = team.company_id
        return company if company.service_web_form else company.browse(), team

    def _sign(self, stamp, nonce, team_token):
        return hmac(request.env(su=True), "service_web_form", (stamp, nonce, team_token or ""))

    def _prepare_form_token(self, team_token):
        """Return what tells when a form was opened; nobody else can make one."""
        stamp, nonce = str(int(time.time())), uuid.uuid4().hex[:16]
        return f"{stamp}-{nonce}-{self._sign(stamp, nonce, team_token)[:32]}"

    def _get_form_age(self, form_token, team_token):
        """Return how long ago a form was opened in seconds, or None when the token is not ours."""
        stamp, _dash, rest = (form_token or "").partition("-")
        nonce, _dash, signature = rest.partition("-")
        if not stamp.isdecimal() or not consteq(self._sign(stamp, nonce, team_token)[:32], signature):
            return None
        return int(time.time()) - int(stamp)

    @http.route(
        ["/service/new", "/service/new/<string:team_token>"], type="http", auth="public", website=True, methods=["GET"]
    )
    def web_form(self, team_token=None, **kw):
        """Show the form; who has a log-in is sent to the portal."""
        company, _team = self._find_addressee(team_token)
        if not company:
            return request.not_found()
        if request.env.user._is_portal():
            return request.redirect("/my/calls/new")
        return self._render_form(company, team_token, {})

    def _render_form(self, addressee, team_token, entered, error=None, status=200):
        """Show the form of a company (``addressee``) with what was entered, and what is wrong with it."""
        values = {
            **dict.fromkeys(TEXTS, ""),
            **entered,
            "error": error,
            "company_name": addressee.name,
            "team_token": team_token,
            # What was refused is sent again with the same token: the time that it took stays told.
            "form_token": entered.get("form_token") or self._prepare_form_token(team_token),
            "max_files": MAX_FILES,
            "max_megabytes": MAX_FILE_SIZE // 1024 // 1024,
        }
        return request.render("service_helpdesk.web_form", values, status=status)

    @http.route(
        ["/service/new", "/service/new/<string:team_token>"],
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_SIZE + 1024 * 1024,
    )
    def web_form_send(self, team_token=None, website_url=None, form_token=None, **kw):
        """Make a call of the form."""
        company, team = self._find_addressee(team_token)
        if not company:
            return request.not_found()
        entered = {name: str(kw.get(name) or "") for name in TEXTS}
        if website_url:
            # A field that nobody sees: who fills it in is no person, and is thanked like one.
            _logger.info("A robot filled in the form for calls of %s.", company.name)
            return request.render("service_helpdesk.web_form_sent", {"number": None, "company_name": company.name})
        if error := self._check_form(form_token, team_token):
            return self._render_form(company, team_token, entered, error)
        if not self._count_form(entered["email"]):
            error = request.env._("We have had many messages from you within the hour: try again later, or call us.")
            return self._render_form(company, team_token, entered, error, status=429)
        try:
            files = read_files(MAX_FILES, MAX_FILE_SIZE, MAX_SIZE)
            with request.env.cr.savepoint():
                number = self._create_call({**entered, "form_token": form_token}, files, company, team)
        except UserError as error:
            return self._render_form(company, team_token, {**entered, "form_token": form_token}, str(error))
        return request.render("service_helpdesk.web_form_sent", {"number": number, "company_name": company.name})

    def _check_form(self, form_token, team_token):
        """Return why a form is not taken, or None."""
        age = self._get_form_age(form_token, team_token)
        if age is None or age > MAX_SECONDS:
            return request.env._("This page was open for too long: please send it once more.")
        if age < MIN_SECONDS:
            return request.env._("That was very fast: please look at it once more, then send it.")
        return None

    def _count_form(self, email):
        """Count the form for its sender, and tell whether he may send it."""
        hits = request.env["service.web.hit"].sudo()
        kept = [hits._count("address", request.httprequest.remote_addr or "")]
        if address := email_normalize(email):
            kept.append(hits._count("email", address))
        return all(kept)

    def _create_call(self, entered, files, company, team):
        """Make the call, once for each form, and return its number."""
        # Made by the system: the public may write nothing.
        calls = request.env["service.call"].sudo()
        is_sent = bool(calls.search_count([("form_token", "=", entered["form_token"])], limit=1))
        call = calls._create_from_web(entered, company, team or None)
        if files and not is_sent:
            call.message_post(
                body=request.env._("Files"),
                attachments=files,
                author_id=False,
                email_from=call.partner_email,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return call.name
