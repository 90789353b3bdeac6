"""The four rules that all providers shared become each provider's own, with what people changed in them."""

from odoo import SUPERUSER_ID, api

from odoo.addons.settlement_bridge.matching.default_rules import DEFAULT_RULES

#: The codes of the shared rules' successors; their external ids were these after "rule_".
SHARED_RULES = ("provider_reference", "order_reference", "invoice_number", "payment_reference")

#: What a person could change in a shared rule.
CHANGEABLE = ("name", "active", "sequence", "kind", "match_text", "match_text_param", "action", "key")


def migrate(cr, version):
    """Carry people's changes over to the providers' own rules, then drop the shared ones.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False, "lang": "en_US"})
    rules = env["account.settlement.rule"]
    for provider in env["account.settlement.provider"].search([("code", "!=", False)]):
        rules._create_defaults(provider)
    for code in SHARED_RULES:
        shared = env.ref(f"settlement_bridge.rule_{code}", raise_if_not_found=False)
        if not shared:
            # It was deleted: nobody wanted it.
            rules.search([("default_code", "=", code)]).active = False
            continue
        shipped = _get_shipped(rules, code)
        changed = {field: shared[field] for field in CHANGEABLE if shared[field] != shipped[field]}
        successors = rules.search([("default_code", "=", code)])
        if changed:
            successors.write(changed)
        for successor in successors:
            env["account.settlement.line"].search(
                [("rule_id", "=", shared.id), ("provider_id", "in", successor.provider_ids.ids)]
            ).rule_id = successor
        shared.unlink()


def _get_shipped(rules, code):
    """Return how a shared rule read when it was installed: as its successor does before anybody changes it."""
    [(sequence, plain)] = [(place, rule) for found, place, rule in DEFAULT_RULES if found == code]
    names = rules.env["settlement.message"]._get_translations(plain.name)
    vals = {"name": names["en_US"], "sequence": sequence, **rules._prepare_vals(plain)}
    return {"active": True, "match_text": False, "match_text_param": False, **vals}
