"""What a provider's accounts are for, and which accounts can be used for it."""

#: The accounts of a provider, in the order in which they get their numbers.
ROLES = [
    ("clearing", "What the provider owes"),
    ("unknown", "Unknown transactions"),
    ("fee", "Fees"),
    ("rounding", "Rounding differences"),
    ("prepayment", "Prepayments from customers"),
    ("fee_payable", "Fees owed"),
    ("reserve", "Reserve withheld"),
]
REQUIRED_ROLES = ("clearing", "unknown", "fee", "rounding")

#: The type a new account gets. Odoo's own guess, the type of the nearest lower number, would make a receivable of 1522.
ACCOUNT_TYPES = {
    "clearing": "asset_current",
    "unknown": "asset_current",
    "fee": "expense",
    "rounding": "expense",
    "prepayment": "liability_current",
    "fee_payable": "liability_current",
    "reserve": "asset_current",
}
#: Further types that an existing account may have.
OTHER_ACCOUNT_TYPES = {
    "fee": ("expense_other", "expense_direct_cost"),
    "rounding": ("expense_other", "expense_direct_cost", "income_other"),
}
#: Accounts whose open items are followed one by one.
RECONCILED_ROLES = ("clearing", "unknown", "prepayment", "reserve")
#: Accounts that two providers cannot share: neither balance could be explained any more.
EXCLUSIVE_ROLES = ("clearing", "unknown")


def get_account_types(role):
    """Return the account types that an account of a role may have; the one that a new account gets comes first."""
    return (ACCOUNT_TYPES[role], *OTHER_ACCOUNT_TYPES.get(role, ()))
