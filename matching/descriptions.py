"""Rules in words: each condition and each action as a sentence."""

from ..common.messages import Message, joined
from ..providers.records import Kind
from .rules import CUSTOMER_KINDS, RULE_KINDS, Action, Key, Rule, TextOperator

_KINDS = {
    Kind.PAYMENT: "payments",
    Kind.REFUND: "refunds",
    Kind.FEE: "fees",
    Kind.FEE_REFUND: "fee_refunds",
    Kind.CHARGEBACK: "chargebacks",
    Kind.CHARGEBACK_REVERSAL: "chargebacks_won",
    Kind.RESERVE_HOLD: "reserves_held",
    Kind.RESERVE_RELEASE: "reserves_released",
    Kind.CORRECTION: "corrections",
    Kind.OTHER: "other_types",
}

_KEYS = {
    Key.PROVIDER_REFERENCE: "key_provider_reference",
    Key.ORDER_REFERENCE: "key_order_reference",
    Key.INVOICE_NUMBER: "key_invoice_number",
    Key.PAYMENT_REFERENCE: "key_payment_reference",
    Key.CUSTOMER_AMOUNT: "key_order_reference",
}

_TEXT_CONDITIONS = {
    TextOperator.CONTAINS: "text_contains",
    TextOperator.NOT_CONTAINS: "text_does_not_contain",
    TextOperator.REGEX: "text_matches",
}

_REFERENCE_CONDITIONS = {
    TextOperator.CONTAINS: "reference_contains",
    TextOperator.NOT_CONTAINS: "reference_does_not_contain",
    TextOperator.REGEX: "reference_matches",
}


def describe_conditions(rule: Rule) -> list:
    """Return the conditions of a rule, a :class:`~..common.messages.Message` for each."""
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
        return Message("condition_no_transfers")
    return Message(
        "condition_kinds", {"kinds": joined((Message(_KINDS[kind]) for kind in Kind if kind in kinds), ", ")}
    )


def _describe_dates(rule):
    if rule.date_from and rule.date_to:
        return Message("condition_dates", {"first": rule.date_from, "last": rule.date_to})
    if rule.date_from:
        return Message("condition_dates_from", {"first": rule.date_from})
    return Message("condition_dates_to", {"last": rule.date_to}) if rule.date_to else None


def _describe_amounts(rule):
    if rule.amount_from is not None and rule.amount_to is not None:
        return Message("condition_amounts", {"smallest": rule.amount_from, "largest": rule.amount_to})
    if rule.amount_from is not None:
        return Message("condition_amounts_from", {"smallest": rule.amount_from})
    if rule.amount_to is not None:
        return Message("condition_amounts_to", {"largest": rule.amount_to})
    return None


def _describe_currency(rule):
    return Message("condition_currency", {"currency": rule.currency}) if rule.currency else None


def _describe_payment_method(rule):
    return Message("condition_payment_method", {"method": rule.payment_method}) if rule.payment_method else None


def _describe_sales_unit(rule):
    return Message("condition_sales_unit", {"unit": rule.sales_unit}) if rule.sales_unit else None


def _describe_text(rule):
    return rule.text and Message(_TEXT_CONDITIONS[rule.text.operator], {"value": rule.text.value})


def _describe_reference(rule):
    return rule.reference and Message(_REFERENCE_CONDITIONS[rule.reference.operator], {"value": rule.reference.value})


def _describe_shops(rule):
    if not rule.webshop_ids:
        return None
    return Message("condition_shops", {"shops": ", ".join(rule.webshop_names)})


def describe_action(rule: Rule) -> list:
    """Return what a rule does with a transaction it applies to, a :class:`~..common.messages.Message` for each part."""
    return _ACTIONS[rule.action](rule)


def _describe_key(rule):
    """Return what the rule looks by."""
    name = Message(_KEYS[rule.key])
    if not rule.has_group:
        return name
    return Message("key_captured", {"key": name})


def _describe_action_match(rule):
    if rule.key is Key.CUSTOMER_AMOUNT:
        said = [_describe_customer_amount(rule)]
    else:
        said = [Message("action_match", {"key": _describe_key(rule)})]
        said += _describe_readings(rule)
    if rule.tolerance is not None and not rule.tolerance:
        said.append(Message("action_without_rounding"))
    elif rule.tolerance:
        said.append(Message("action_rounding_limit", {"limit": rule.tolerance}))
    return said


def _describe_customer_amount(rule):
    if rule.partner_id:
        return Message(
            "action_match_by_customer",
            {"customer": rule.partner_name, "days": rule.days},
        )
    return Message(
        "action_match_by_customer_key",
        {"days": rule.days, "key": _describe_key(rule)},
    )


def _describe_readings(rule):
    said = []
    if not rule.without_prefix:
        said.append(Message("action_with_prefix"))
    if not rule.without_attempt:
        said.append(Message("action_with_attempt"))
    return said


def _describe_action_customer(rule):
    if rule.partner_id:
        return [Message("action_customer", {"customer": rule.partner_name})]
    if rule.key is Key.CUSTOMER_AMOUNT:
        return [Message("action_customer_by_key", {"key": _describe_key(rule)})]
    found = Message("action_customer_of_match", {"key": _describe_key(rule)})
    return [found, *_describe_readings(rule)]


def _describe_action_account(rule):
    said = [Message("action_account", {"account": rule.account_name})]
    if rule.tax_id:
        said.append(Message("action_tax", {"tax": rule.tax_name}))
    if rule.partner_id:
        said.append(Message("action_partner", {"partner": rule.partner_name}))
    if rule.label:
        said.append(Message("action_label", {"label": rule.label}))
    if rule.analytic_distribution:
        said.append(Message("action_analytic"))
    return said


def _describe_action_fee(_rule):
    return [Message("action_fee")]


def _describe_action_reserve(_rule):
    return [Message("action_reserve")]


def _describe_action_unknown(_rule):
    return [Message("action_unknown")]


def _describe_action_exclude(_rule):
    return [Message("action_exclude")]


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
