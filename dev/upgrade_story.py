"""Write down what an upgrade must keep: the ledger, the keys, and every sentence that people read, in each language.

Called in the version before and in this one, so it uses only what both have. Usage: dev/story.py ... FILE
"""

import json
from pathlib import Path

import polib
from uninstall_story import read

from odoo.tools import file_path

LANGUAGES = ("en_US", "nb_NO")
#: The fields that hold sentences, of each model.
SENTENCES = {
    "account.settlement": ("error_message", "proof_message"),
    "account.settlement.line": ("explanation",),
    "account.settlement.document": ("error_message", "removed_note"),
    "account.settlement.rule": ("name", "description"),
    "account.settlement.provider": ("fetch_error",),
    "account.move.line": ("settlement_explanation",),
    "sale.webshop": ("fetch_error",),
    "sale.webshop.event": ("message", "removed_note"),
    "sale.order": ("webshop_problem",),
}
#: Stored sentences that are shown only as part of something else.
STORED = {"account.settlement.line": ("tried_data",), "sale.order": ("webshop_line_problem_data",)}

#: The columns in which keys were kept before each was a row, and what it is called there.
KEY_COLUMNS = {
    "api_key": "key",
    "api_secret": "secret",
    "api_token": "token",
    "api_token_secret": "token_secret",
    "store_code": "store",
}


def run(env, arguments):
    """Write the file named in the arguments."""
    company = env.ref("base.main_company")
    env = env(su=True, context={"allowed_company_ids": company.ids, "tz": "Europe/Oslo", "active_test": False})
    found = {
        "ledger": {name: list(map(str, rows)) for name, rows in read(env).items()},
        "keys": {
            **{shop.name: keys(shop) for shop in env["sale.webshop"].search([])},
            **{provider.name: provider_keys(provider) for provider in env["account.settlement.provider"].search([])},
        },
        "sentences": {language: sentences(env(context={**env.context, "lang": language})) for language in LANGUAGES},
    }
    translation = polib.pofile(file_path("settlement_bridge/i18n/nb.po"))
    found["norwegian"] = {entry.msgid: entry.msgstr for entry in translation}
    Path(arguments[0]).write_text(json.dumps(found))


def keys(shop):
    """Return what is entered to reach a shop, by name, in either version."""
    if "setting_ids" in shop._fields:
        entered = {row.name: row.value for row in shop.setting_ids}
    else:
        entered = {name: shop[column] for column, name in KEY_COLUMNS.items()}
    entered["webhook_secret"] = shop.webhook_secret
    return {name: value for name, value in entered.items() if value}


def provider_keys(provider):
    """Return what is entered to fetch from a provider, and how far it has come, in either version."""
    if "connection_id" in provider._fields:
        entered = {row.name: row.value for row in provider.connection_id.setting_ids}
    else:
        entered = {
            name.removeprefix("vipps_"): provider[name] for name in provider._fields if name.startswith("vipps_")
        }
    entered |= {name: provider[name] for name in ("api_url", "fetch_enabled", "fetch_cursor")}
    return {name: str(value) for name, value in entered.items() if value}


def sentences(env):
    """Return the texts of each field that this version has: ``"model.field"`` to ids to texts."""
    found = {}
    # each version names a settlement without a number in its own way
    unnumbered = env["account.settlement"].search([("external_id", "=", False)])
    names_of = {settlement.display_name: f"{settlement.provider_id.name} …" for settlement in unnumbered}
    for table, read_text in ((SENTENCES, lambda value: value), (STORED, lambda value: render(env, value))):
        for model, names in table.items():
            for name in (name for name in names if model in env and name in env[model]._fields):
                texts = {record.id: read_text(record[name]) for record in env[model].search([]) if record[name]}
                for named, neutral in names_of.items():
                    texts = {number: text.replace(named, neutral) for number, text in texts.items()}
                found[f"{model}.{name}"] = texts
    return found


def render(env, stored):
    """Return stored sentences as text, in either version."""
    if "settlement.message" not in env:
        return env["account.settlement"]._render_messages(stored)
    stored = [item["message"] if isinstance(item, dict) else item for item in stored]
    return env["settlement.message"]._render_stored(stored)
