"""Let the taxes that were proposed for a shop count in the country alone; those that a person has added stay.

25 % stood for Norwegian VAT wherever the goods went. It is Swedish and Danish VAT too, so abroad a person says whose it
is.
"""

from odoo import SUPERUSER_ID, api

#: Rate and Norwegian standard code of what was proposed for anywhere, and of what was proposed abroad.
ANYWHERE = {(25, "3"), (15, "31"), (12, "33")}
ABROAD = (0, "52")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    if "l10n_no_standard_code" not in env["account.tax"]._fields:
        return
    for webshop in env["sale.webshop"].with_context(active_test=False).search([]):
        language = webshop.company_id.partner_id.lang
        rules = webshop.tax_rule_ids.sorted(lambda rule: (rule.sequence, rule.id))
        hidden = rules.browse(
            rule.id for place, rule in enumerate(rules) if any(hides(earlier, rule) for earlier in rules[:place])
        )
        # what is proposed is made at once
        for rules in webshop.tax_rule_ids.grouped("create_date").values():
            proposed = rules.filtered(lambda rule: (rule.rate, rule.tax_id.l10n_no_standard_code) in ANYWHERE)
            proposed = proposed.filtered(lambda rule: is_plain(rule, "any"))
            abroad = rules.filtered(lambda rule: (rule.rate, rule.tax_id.l10n_no_standard_code) == ABROAD)
            if {rule.rate for rule in proposed} != {rate for rate, _code in ANYWHERE} or not abroad:
                continue
            proposed.area = "domestic"
            proposed.with_context(lang=language)._say_at_home()
        if hidden:
            hidden.with_context(lang=language)._say_particular()


def is_plain(rule, area):
    return rule.area == area and rule.goods == "any" and not rule.tax_class


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
