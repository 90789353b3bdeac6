"""Let the taxes that were proposed for a shop count in the country alone; those that a person has added stay.

25 % stood for Norwegian VAT wherever the goods went. It is Swedish and Danish VAT too, so abroad a person says whose it is.
"""

from odoo import SUPERUSER_ID, api

from odoo.addons.settlement_bridge.common.messages import Message

#: Rate and Norwegian standard code of what was proposed for anywhere, and of what was proposed abroad.
ANYWHERE = {(25, "3"), (15, "31"), (12, "33")}
ABROAD = (0, "52")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    if "l10n_no_standard_code" not in env["account.tax"]._fields:
        return
    for webshop in env["sale.webshop"].with_context(active_test=False).search([]):
        language = webshop.company_id.partner_id.lang
        # what is proposed is made at once
        for rules in webshop.tax_rule_ids.grouped("create_date").values():
            proposed = rules.filtered(lambda rule: (rule.rate, rule.tax_id.l10n_no_standard_code) in ANYWHERE)
            proposed = proposed.filtered(lambda rule: is_plain(rule, "any"))
            abroad = rules.filtered(lambda rule: (rule.rate, rule.tax_id.l10n_no_standard_code) == ABROAD)
            if {rule.rate for rule in proposed} != {rate for rate, _code in ANYWHERE} or not abroad:
                continue
            proposed.area = "domestic"
            rates = ", ".join(f"{rule.rate:g} %" for rule in proposed)
            note = env["settlement.message"].with_context(lang=language)
            webshop.message_post(body=note._render(Message("proposed_taxes_at_home", {"rates": rates})))
        say_what_counts_now(env, webshop, language)


def is_plain(rule, area):
    return rule.area == area and rule.goods == "any" and not rule.tax_class


def say_what_counts_now(env, webshop, language):
    """Name the rows that another row before them in the list kept from counting: the more particular one does now."""
    rules = webshop.tax_rule_ids.sorted(lambda rule: (rule.sequence, rule.id))
    found = []
    for place, rule in enumerate(rules):
        if any(hides(earlier, rule) for earlier in rules[:place]):
            found.append(f"{rule.rate:g} % {rule.tax_class or ''} → {rule.tax_id.display_name}".replace("  ", " "))
    if found:
        note = env["settlement.message"].with_context(lang=language)
        webshop.message_post(body=note._render(Message("particular_taxes_count", {"taxes": "; ".join(found)})))


def hides(earlier, rule):
    """Whether a row counted for all that a later one, of another tax, is for; and now the later one does."""
    return (
        earlier.rate == rule.rate
        and earlier.tax_id != rule.tax_id
        and earlier.area in ("any", rule.area)
        and earlier.goods in ("any", rule.goods)
        and (not earlier.tax_class or earlier.tax_class.casefold() in (rule.tax_class or "").casefold())
        and rule._get_particulars() > earlier._get_particulars()
    )
