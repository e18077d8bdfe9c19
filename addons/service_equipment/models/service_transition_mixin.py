# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError


class ServiceTransitionMixin(models.AbstractModel):
    """The one guarded way from state to state of a document.

    A model that inherits this has a selection field `state` that begins with `_initial_state`, and says in
    `_transitions` which states each one leads to. Nobody writes the state by himself. What `_frozen_fields` names does
    not change any more once the first state is left.
    """

    _name = "service.transition.mixin"
    _description = "Guarded Change of State"

    _initial_state = "draft"
    _transitions = {}
    _frozen_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        if not self.env.su and any(document.state != self._initial_state for document in documents):
            raise AccessError(self._get_forged_state_text())
        return documents

    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise AccessError(self._get_forged_state_text())
        if any(name in self._frozen_fields for name in vals):
            for document in self:
                if document.state != self._initial_state:
                    raise UserError(document._get_frozen_text())
        return super().write(vals)

    def _transition(self, target):
        """Move the documents to another state: all of them or none.

        :param str target: the new state
        :raise UserError: for the first whose present state does not lead there
        """
        self._check_transition(target)
        self._write_state(self._prepare_transition_values(target))

    def _check_transition(self, target):
        """Refuse what the user may not write, and a state that does not lead to the target."""
        self.check_access("write")
        for document in self:
            if target not in self._transitions[document.state]:
                raise UserError(document._get_transition_refusal(target))

    def _write_state(self, vals):
        """Write what belongs to a change of state that `_check_transition` has let pass."""
        # The right to the change was that to the action.
        self.sudo().write(vals)

    def _get_forged_state_text(self):
        return self.env._("%(model)s: the state changes by its buttons only.", model=self._description)

    def _get_frozen_text(self):
        """Return the sentence that refuses to change a field of `_frozen_fields`."""
        self.ensure_one()
        return self.env._("%(document)s is no longer new: it stays as it is.", document=self.display_name)

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
