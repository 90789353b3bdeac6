"""Names of a provider's accounts: those that new accounts get, and words by which existing ones are found."""

#: ``(English, Norwegian)``. They belong to the chart, so they follow its language and not the interface's.
ACCOUNT_NAMES = {
    "clearing": ("%s settlement clearing", "%s oppgjør"),
    "unknown": ("%s unknown transactions", "%s ukjente transaksjoner"),
    "fee": ("%s fees", "%s gebyr"),
    "rounding": ("Rounding differences", "Øredifferanser"),
    "prepayment": ("Prepayments from customers", "Forskudd fra kunder"),
    "fee_payable": ("Payment provider fees owed", "Skyldige gebyrer til betalingsleverandører"),
    "reserve": ("%s reserve withheld", "%s tilbakeholdt reserve"),
}

#: Words in the names of accounts, in the languages of the Nordic and neighbouring charts.
FEE_WORDS = ("bank fee", "bank charge", "bank cost", "bankgeb", "bankomkost", "bankavgift", "bankkost", "bankkulu")
ROUNDING_WORDS = ("rounding", "avrund", "afrund", "øresdiff", "øredif", "öresutj", "rundung", "pyöristy")


def get_account_names(role, provider_name):
    """Return the ``(English, Norwegian)`` name of a provider's new account."""
    english, norwegian = (name.replace("%s", provider_name) for name in ACCOUNT_NAMES[role])
    return english, norwegian


def has_word(names, words):
    """Whether one of the words is in one of the names, in whatever case."""
    return any(word in name.lower() for name in names for word in words)
