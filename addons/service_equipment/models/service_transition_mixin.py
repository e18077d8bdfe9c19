# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class ServiceTransitionMixin(models.AbstractModel):
    """The one guarded way from state to state of a document.

    A model that inherits this has a selection field `state`, and says in `_transitions` which states each one leads to.
    """

    _name = "service.transition.mixin"
    _description = "Guarded Change of State"

    _transitions = {}

    def _transition(self, target):
        """Move the documents to another state: all of them or none.

        :param str target: the new state
        :raise UserError: for the first whose present state does not lead there
        """
        self._check_transition(target)
        self.write(self._prepare_transition_values(target))

    def _check_transition(self, target):
        """Refuse what the user may not write, and a state that does not lead to the target."""
        self.check_access("write")
        for document in self:
            if target not in self._transitions[document.state]:
                raise UserError(document._get_transition_refusal(target))

    def _get_transition_refusal(self, target):
        """Return the sentence that refuses a change of state."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(document)s is %(state)s and cannot become %(target)s.",
            document=self.display_name,
            state=labels[self.state],
            target=labels[target],
        )

    def _prepare_transition_values(self, target):
        """Hook: prepare what is written on documents that reach a state.

        :param str target: the new state
        :return: dict of values
        """
        return {"state": target}
