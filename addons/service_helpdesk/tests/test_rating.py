# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestRating(HelpdeskCase):
    """A closed call is rated once, in time, and for those who did the work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(contact_id=cls.contact.id, team_id=cls.team.id, user_id=cls.engineer.id)
        cls.call.action_complete()
        # As the customer's page acts for him.
        cls.call = cls.call.sudo()

    def _rate(self, rate, feedback=None, call=None):
        (call or self.call)._rate_from_portal(self.contact, rate, feedback)
        return self._ratings(call)

    def _ratings(self, call=None):
        return (call or self.call).rating_ids.filtered("consumed")

    def test_one_rating(self):
        rating = self._rate("5", " Quick ")
        self.assertRecordValues(
            rating,
            [
                {
                    "rating": 5,
                    "feedback": "Quick",
                    "partner_id": self.contact.id,
                    "rated_partner_id": self.engineer.partner_id.id,
                    "parent_res_id": self.team.id,
                    "parent_res_model": "service.team",
                }
            ],
        )
        self.assertEqual(self.call.rating_last_value, 5)
        self.assertEqual((self.team.rating_count, self.team.rating_avg), (1, 5))
        self.assertIn("Quick", self._bodies(self.call))

    def test_rated_twice_is_changed_not_doubled(self):
        first = self._rate("5")
        second = self._rate("3", "On second thoughts")
        self.assertEqual(second, first)
        self.assertEqual(first.rating, 3)
        self.assertEqual(self.team.rating_count, 1)

    def test_who_worked_is_rated_where_nobody_owns(self):
        call = self._new_call(contact_id=self.contact.id, team_id=self.team.id)
        self._new_work(call, "labour", 1)
        call.action_complete()
        self.assertEqual(self._rate("5", call=call.sudo()).rated_partner_id, self.engineer.partner_id)

    def test_what_is_refused(self):
        call = self._new_call(contact_id=self.contact.id).sudo()
        cancelled = self._new_call(contact_id=self.contact.id).sudo()
        cancelled.action_cancel()
        for subject, rate, sentence in (
            (call, "5", "rate it when it is closed"),
            (cancelled, "5", "no longer be rated"),
            (self.call, "4", "one of the three faces"),
            (self.call, None, "one of the three faces"),
        ):
            with self.subTest(sentence=sentence), self.assertRaisesRegex(UserError, sentence):
                subject._rate_from_portal(self.contact, rate)
        self.assertFalse(self._ratings() | self._ratings(call) | self._ratings(cancelled))

    def test_only_within_the_days(self):
        self.company.service_rating_days = 5
        with freeze_time(self.call.closed_at + timedelta(days=5, seconds=1)):
            with self.assertRaisesRegex(UserError, "no longer be rated"):
                self._rate("5")
            self.assertFalse(self.call._get_rating_link())
        with freeze_time(self.call.closed_at + timedelta(days=5)):
            self.assertTrue(self.call._get_rating_link())
            self._rate("5")
        self.company.service_rating_days = 0
        self.assertFalse(self.call._is_ratable())

    def test_reopening_ends_the_rating(self):
        asked = self._new_call(contact_id=self.contact.id).sudo()
        asked.action_complete()
        open_token = asked._rating_get_access_token()
        first = self._rate("5")
        token = first.access_token
        (self.call | asked).action_reopen()
        self.assertFalse(self.env["rating.rating"].search([("access_token", "in", (token, open_token))]))
        with self.assertRaises(UserError):
            self._rate("1")
        self.call.action_complete()
        second = self._rate("1") - first
        self.assertEqual(len(second), 1, "each closing has a rating of its own")
        self.assertEqual((first.rating, second.rating), (5, 1))
        with self.assertRaisesRegex(UserError, "no longer be rated"):
            self.call.rating_apply(5, rating=first)
        self.assertEqual(self.team.rating_avg, 3)

    def test_a_bad_rating_is_looked_at_once(self):
        review = "service_helpdesk.mail_activity_type_rating"
        self._rate("3")
        self.assertFalse(self.call.activity_search([review]))
        self._rate("1", "Rude")
        self._rate("1", "Very rude")
        activity = self.call.activity_search([review])
        self.assertRecordValues(activity, [{"user_id": self.manager.id}])
        self.assertIn("Rude", activity.note)
        other = self._new_call(contact_id=self.contact.id, team_id=self.team.id).sudo()
        other.action_complete()
        self.company.service_rating_review = False
        self._rate("1", call=other)
        self.assertFalse(other.activity_search([review]))

    def test_the_link_in_the_mail(self):
        link = self.call._get_rating_link(1)
        self.assertIn(f"/my/calls/{self.call.id}?access_token={self.call.access_token}&rate=1", link)
        self.assertFalse(self.call.rating_ids, "nothing is written before somebody answers")
        self._rate("5")
        self.assertFalse(self.call._get_rating_link())

    def test_team_of_the_call_changes(self):
        rating = self._rate("5")
        other = self.env["service.team"].create({"name": "Other"})
        self.call.team_id = other
        self.assertEqual(rating.parent_res_id, other.id)


@tagged("post_install", "-at_install")
class TestRatingPages(HelpdeskCase, HttpCase):
    """The faces on the call's page and behind the links of mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._new_call(contact_id=cls.contact.id, team_id=cls.team.id)
        cls.foreign_unit = cls._new_unit("BIANCHI-9", partner_id=cls.other_customer.id, site_id=False)
        cls.foreign = cls._new_call(equipment_id=cls.foreign_unit.id, subject="Foreign call")
        (cls.call | cls.foreign).action_complete()

    def _post(self, url, **values):
        return self.url_open(url, data={"csrf_token": Request.csrf_token(self), **values})

    def _consumed(self):
        return (self.call | self.foreign).sudo().rating_ids.filtered("consumed")

    def test_portal_page(self):
        self.authenticate("eq_portal", "eq_portal")
        page = self.url_open(f"/my/calls/{self.call.id}?rate=3").text
        self.assertIn("Are you content with our work?", page)
        page = self._post(f"/my/calls/{self.call.id}/rate", rate="3", feedback="Slow").text
        self.assertIn("Thank you for your answer", page)
        self.assertRecordValues(self._consumed(), [{"rating": 3, "feedback": "Slow", "partner_id": self.contact.id}])
        self.assertIn("one of the three faces", self._post(f"/my/calls/{self.call.id}/rate", rate="99").text)

    def test_with_the_token_of_the_mail(self):
        self.authenticate(None, None)
        token = self.call.sudo()._portal_ensure_token()
        self._post(f"/my/calls/{self.call.id}/rate", rate="5", access_token=token)
        self.assertRecordValues(self._consumed(), [{"rating": 5, "partner_id": self.contact.id}])

    def test_foreign_calls_are_not_rated(self):
        token = self.call.sudo()._portal_ensure_token()
        for login in ("eq_portal", None):
            self.authenticate(login, login)
            for access_token in ("", "guess", token):
                self._post(f"/my/calls/{self.foreign.id}/rate", rate="1", access_token=access_token)
        self.assertFalse(self._consumed())

    def test_rating_links_of_odoo(self):
        self.authenticate(None, None)
        token = self.call.sudo()._rating_get_access_token()
        self.assertEqual(self.url_open(f"/rate/{token}/5").status_code, 200)
        self.assertFalse(self._consumed(), "looking is not rating: mail programs open links")
        self._post(f"/rate/{token}/submit_feedback", rate=5, feedback="Fine")
        self.assertRecordValues(self._consumed(), [{"rating": 5, "feedback": "Fine"}])
        self.assertEqual(self.url_open("/rate/guess/5").status_code, 404)
        foreign_page = f"/my/calls/{self.foreign.id}?access_token={self.foreign.sudo()._rating_get_access_token()}"
        self.authenticate("eq_portal", "eq_portal")
        self.assertNotIn("Foreign call", self.url_open(foreign_page).text)

    def test_links_of_odoo_that_are_over(self):
        self.authenticate(None, None)
        token = self.call.sudo()._rating_get_access_token()
        self.company.service_rating_days = 0
        self.assertIn("no longer be rated", self.url_open(f"/rate/{token}/5").text)
        self.assertIn("no longer be rated", self._post(f"/rate/{token}/submit_feedback", rate=5).text)
        self.assertFalse(self._consumed())
        self.call.action_reopen()
        self.assertEqual(self.url_open(f"/rate/{token}/5").status_code, 404)

    def test_a_rating_shows_nothing_internal(self):
        self.call.message_post(body="INTERNAL NOTE", subtype_xmlid="mail.mt_note")
        token = self.call.sudo()._rating_get_access_token()
        self.authenticate(None, None)
        self.assertNotIn("INTERNAL NOTE", self.url_open(f"/rate/{token}/5").text)
