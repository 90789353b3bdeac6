"""Rules in words, for those who read or check them."""

from ..common.messages import Message, _
from ..providers.records import Kind
from .rules import CUSTOMER_KINDS, RULE_KINDS, Action, Key, Rule, TextOperator

_KINDS = {
    Kind.PAYMENT: _("payments"),
    Kind.REFUND: _("refunds"),
    Kind.FEE: _("fees"),
    Kind.FEE_REFUND: _("fee refunds"),
    Kind.CHARGEBACK: _("chargebacks"),
    Kind.CHARGEBACK_REVERSAL: _("chargebacks won"),
    Kind.RESERVE_HOLD: _("reserves held"),
    Kind.RESERVE_RELEASE: _("reserves released"),
    Kind.CORRECTION: _("corrections"),
    Kind.OTHER: _("other types"),
}

_KEYS = {
    Key.PROVIDER_REFERENCE: _("the provider's transaction id"),
    Key.ORDER_REFERENCE: _("the order reference"),
    Key.INVOICE_NUMBER: _("the invoice number"),
    Key.PAYMENT_REFERENCE: _("the payment reference (KID)"),
    Key.CUSTOMER_AMOUNT: _("the order reference"),
}

_TEXT_CONDITIONS = {
    TextOperator.CONTAINS: _("The provider's text contains “%(value)s”."),
    TextOperator.NOT_CONTAINS: _("The provider's text does not contain “%(value)s”."),
    TextOperator.REGEX: _("The provider's text matches the regular expression “%(value)s”."),
}

_REFERENCE_CONDITIONS = {
    TextOperator.CONTAINS: _("The order reference contains “%(value)s”."),
    TextOperator.NOT_CONTAINS: _("The order reference does not contain “%(value)s”."),
    TextOperator.REGEX: _("The order reference matches the regular expression “%(value)s”."),
}


def describe_conditions(rule: Rule) -> list:
    """Return the conditions of a rule, a sentence (:class:`~..providers.messages.Message`) each."""
    described = (describe(rule) for describe in _CONDITIONS.values())
    return [message for message in described if message]


def describe_condition(rule: Rule, name: str) -> Message | None:
    """Return one condition as a sentence; None where the rule has none.

    :param name: as :meth:`~.rules.Rule.get_unmet` gives it.
    """
    return _CONDITIONS[name](rule)


def _describe_kinds(rule):
    kinds = rule.kinds or CUSTOMER_KINDS
    if kinds == RULE_KINDS:
        return Message(_("Everything but transfers to the bank."))
    return Message(_("Only %(kinds)s."), {"kinds": _join([_KINDS[kind] for kind in Kind if kind in kinds])})


def _join(templates):
    """Return names one after another, each in the reader's language."""
    names = {f"name{number}": Message(template) for number, template in enumerate(templates)}
    return Message(", ".join(f"%({name})s" for name in names), names)


def _describe_dates(rule):
    if rule.date_from and rule.date_to:
        return Message(_("Ledger dates from %(first)s to %(last)s."), {"first": rule.date_from, "last": rule.date_to})
    if rule.date_from:
        return Message(_("Ledger dates from %(first)s."), {"first": rule.date_from})
    return Message(_("Ledger dates to %(last)s."), {"last": rule.date_to}) if rule.date_to else None


def _describe_amounts(rule):
    if rule.amount_from is not None and rule.amount_to is not None:
        return Message(
            _("Amounts from %(smallest)s to %(largest)s."), {"smallest": rule.amount_from, "largest": rule.amount_to}
        )
    if rule.amount_from is not None:
        return Message(_("Amounts of at least %(smallest)s."), {"smallest": rule.amount_from})
    if rule.amount_to is not None:
        return Message(_("Amounts of at most %(largest)s."), {"largest": rule.amount_to})
    return None


def _describe_currency(rule):
    return Message(_("Only in %(currency)s."), {"currency": rule.currency}) if rule.currency else None


def _describe_payment_method(rule):
    return Message(_("Paid by %(method)s."), {"method": rule.payment_method}) if rule.payment_method else None


def _describe_sales_unit(rule):
    return Message(_("From the sales unit %(unit)s."), {"unit": rule.sales_unit}) if rule.sales_unit else None


def _describe_text(rule):
    return rule.text and Message(_TEXT_CONDITIONS[rule.text.operator], {"value": rule.text.value})


def _describe_reference(rule):
    return rule.reference and Message(_REFERENCE_CONDITIONS[rule.reference.operator], {"value": rule.reference.value})


def _describe_shops(rule):
    if not rule.webshop_ids:
        return None
    return Message(_("Orders and invoices of %(shops)s."), {"shops": ", ".join(rule.webshop_names)})


def describe_action(rule: Rule) -> list:
    """Return what a rule does with a transaction it applies to, a sentence each."""
    return _ACTIONS[rule.action](rule)


def _describe_key(rule):
    """Return what the rule looks by."""
    name = Message(_KEYS[rule.key])
    if not rule.has_group:
        return name
    return Message(_("%(key)s, taken from the part the expression captures"), {"key": name})


def _describe_action_match(rule):
    if rule.key is Key.CUSTOMER_AMOUNT:
        said = [_describe_customer_amount(rule)]
    else:
        said = [Message(_("→ Find the order or invoice by %(key)s."), {"key": _describe_key(rule)})]
        said += _describe_readings(rule)
    if rule.tolerance is not None and not rule.tolerance:
        said.append(Message(_("→ No difference is booked as rounding.")))
    elif rule.tolerance:
        said.append(Message(_("→ Differences of at most %(limit)s are booked as rounding."), {"limit": rule.tolerance}))
    return said


def _describe_customer_amount(rule):
    if rule.partner_id:
        return Message(
            _("→ Find the one document of %(customer)s with exactly this amount open, at most %(days)s days away."),
            {"customer": rule.partner_name, "days": rule.days},
        )
    return Message(
        _(
            "→ Find the one document with exactly this amount open, at most %(days)s days away, of the customer whose "
            "name, number or e-mail is %(key)s."
        ),
        {"days": rule.days, "key": _describe_key(rule)},
    )


def _describe_readings(rule):
    said = []
    if not rule.without_prefix:
        said.append(Message(_("→ The shop's prefix is not left out.")))
    if not rule.without_attempt:
        said.append(Message(_("→ The number of the attempt is not left out.")))
    return said


def _describe_action_customer(rule):
    if rule.partner_id:
        return [Message(_("→ Put on the customer %(customer)s."), {"customer": rule.partner_name})]
    if rule.key is Key.CUSTOMER_AMOUNT:
        return [
            Message(_("→ Put on the customer whose name, number or e-mail is %(key)s."), {"key": _describe_key(rule)})
        ]
    found = Message(_("→ Put on the customer of the order or invoice found by %(key)s."), {"key": _describe_key(rule)})
    return [found, *_describe_readings(rule)]


def _describe_action_account(rule):
    said = [Message(_("→ Book to %(account)s."), {"account": rule.account_name})]
    if rule.tax_id:
        said.append(Message(_("→ The tax %(tax)s is contained in the amount."), {"tax": rule.tax_name}))
    if rule.partner_id:
        said.append(Message(_("→ With the partner %(partner)s."), {"partner": rule.partner_name}))
    if rule.label:
        said.append(Message(_("→ With the text “%(label)s”."), {"label": rule.label}))
    if rule.analytic_distribution:
        said.append(Message(_("→ With an analytic distribution of its own.")))
    return said


def _describe_action_fee(_rule):
    return [Message(_("→ Book as a fee, to the account of its type."))]


def _describe_action_reserve(_rule):
    return [Message(_("→ Book to the provider's reserve account."))]


def _describe_action_unknown(_rule):
    return [Message(_("→ Send to the unknown account."))]


def _describe_action_exclude(_rule):
    return [Message(_("→ Propose to leave out; a person decides."))]


#: By what :meth:`~.rules.Rule.get_unmet` names.
_CONDITIONS = {
    "kinds": _describe_kinds,
    "dates": _describe_dates,
    "amounts": _describe_amounts,
    "currency": _describe_currency,
    "payment_method": _describe_payment_method,
    "sales_unit": _describe_sales_unit,
    "text": _describe_text,
    "reference": _describe_reference,
    "shops": _describe_shops,
}

_ACTIONS = {
    Action.MATCH: _describe_action_match,
    Action.CUSTOMER: _describe_action_customer,
    Action.ACCOUNT: _describe_action_account,
    Action.FEE: _describe_action_fee,
    Action.RESERVE: _describe_action_reserve,
    Action.UNKNOWN: _describe_action_unknown,
    Action.EXCLUDE: _describe_action_exclude,
}
