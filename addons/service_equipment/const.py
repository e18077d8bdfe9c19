# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Constants that the whole service suite shares."""

# The kinds of work that a warranty or a contract covers and that a work line records.
WORK_KINDS = [
    ("labour", "Labour"),
    ("travel", "Travel time"),
    ("distance", "Distance"),
    ("expense", "Expense"),
    ("part", "Part"),
    ("callout", "Call-out"),
]
