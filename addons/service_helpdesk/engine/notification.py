# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which notification rules hold for a call: values in, values out."""

from typing import NamedTuple


class Rule(NamedTuple):
    """A notification rule as plain values; an empty condition holds for every call."""

    id: int
    recipient: str
    channel: str
    type_id: int = 0
    team_ids: frozenset = frozenset()
    stage_ids: frozenset = frozenset()
    user_ids: tuple = ()
    priority_min: str = ""
    call_channel: str = ""
    ownership: str = "any"
    is_silent: bool = False
    is_in_hours: bool = False
    delay_minutes: int = 0
    is_author_told: bool = False


class Facts(NamedTuple):
    """What the conditions of a rule look at."""

    type_id: int = 0
    team_id: int = 0
    stage_id: int = 0
    priority: str = "1"
    channel: str = "phone"
    has_owner: bool = False


def select(rules, facts):
    """Return the rules that hold for a call, in their order.

    A rule for the call's type stands in for the general rules of the same recipient and channel; one that is silent
    only switches them off.

    :param rules: iterable of Rule, all for one event
    :param Facts facts: the call
    :return: list of Rule

    >>> general, own = Rule(1, "owner", "mail"), Rule(2, "owner", "mail", type_id=7)
    >>> [rule.id for rule in select([general, own], Facts(type_id=7))]
    [2]
    >>> [rule.id for rule in select([general, own], Facts(type_id=8))]
    [1]
    >>> select([general, own._replace(is_silent=True)], Facts(type_id=7))
    []
    >>> [rule.id for rule in select([general._replace(priority_min="2")], Facts(priority="3"))]
    [1]
    >>> select([general._replace(ownership="without")], Facts(has_owner=True))
    []
    """
    rules = list(rules)
    replaced = {(rule.recipient, rule.channel) for rule in rules if rule.type_id and rule.type_id == facts.type_id}
    return [
        rule
        for rule in rules
        if not rule.is_silent
        and (rule.type_id == facts.type_id if (rule.recipient, rule.channel) in replaced else not rule.type_id)
        and _holds(rule, facts)
    ]


def _holds(rule, facts):
    """Tell whether all conditions of a rule but its type hold.

    >>> _holds(Rule(1, "team", "inbox", team_ids=frozenset({4})), Facts(team_id=5))
    False
    >>> _holds(Rule(1, "contact", "mail", stage_ids=frozenset({2}), call_channel="email"), Facts(4, 5, 2, "0", "email"))
    True
    """
    return (
        (not rule.team_ids or facts.team_id in rule.team_ids)
        and (not rule.stage_ids or facts.stage_id in rule.stage_ids)
        and facts.priority >= rule.priority_min
        and rule.call_channel in ("", facts.channel)
        and (rule.ownership == "any" or facts.has_owner == (rule.ownership == "with"))
    )
