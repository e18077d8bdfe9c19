# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company's own words in the texts of the screens.

Whole words only, all in one pass, so that an own word is never replaced again; a word that begins with a capital stands
for its small form too:

>>> words = OwnWords({"Contract": "Agreement", "Contract Type": "Kind", "Type": "Contract"})
>>> words.replace("Contract Type of the contract, or subcontract")
'Kind of the agreement, or subcontract'
"""

import re

# What stands for a value: in templates of e-mails, and in sentences of the program.
CODE = re.compile(r"(\{\{.*?\}\}|%\(\w+\)s)", re.DOTALL)


class OwnWords:
    """Words of the screens, and what stands in their place.

    :param dict words: {word as on the screens: own word}; of two that match, the longer one is taken
    """

    def __init__(self, words):
        self._words = {}
        for source, own in words.items():
            self._words.setdefault(_lower_first(source), _lower_first(own))
            self._words[source] = own
        longest_first = sorted(map(re.escape, self._words), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")

    def replace(self, text):
        """Return a text with the own words; what is empty stays as it is."""
        return self._pattern.sub(lambda match: self._words[match[0]], text) if text else text

    def replace_inline(self, text):
        """Return a text with the own words, but for what stands for values in it: that is code.

        >>> words = OwnWords({"Contract": "Agreement"})
        >>> words.replace_inline("Your contract {{ object.contract.name }}")
        'Your agreement {{ object.contract.name }}'
        >>> words.replace_inline("Contract %(contract)s is suspended.")
        'Agreement %(contract)s is suspended.'
        """
        parts = CODE.split(text or "")
        return "".join(part if index % 2 else self.replace(part) for index, part in enumerate(parts))


def _lower_first(text):
    return text[:1].lower() + text[1:]
