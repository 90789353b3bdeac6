"""Enter keys in the version before: in a shop of each platform those that its client reads, and in each provider."""

#: The columns of that version, by platform.
KEYS = {
    "woocommerce": ("api_key", "api_secret"),
    "shopify": ("api_key", "api_secret", "api_token"),
    "magento": ("api_key", "api_secret", "api_token", "api_token_secret", "store_code"),
    "prestashop": ("api_token", "store_code"),
    "mystore": ("api_token", "store_code"),
    "nettbutikk24": ("api_token",),
    "inbox": (),
}


#: What is entered in a provider of that version.
PROVIDER = {
    "vipps_key_type": "merchant",
    "vipps_client_id": "client æ",
    "vipps_client_secret": " secret % ",
    "vipps_subscription_key": "subscription",
    "vipps_fetch_mode": "feed",
    "api_url": "https://api.example.com",
    "fetch_enabled": True,
    "fetch_cursor": {"302321": {"date": "2026-03-10", "feed": {"funds": {"cursor": "7"}}}},
}


def run(env, _arguments):
    """Make the shops; one of them is archived, which keeps its keys all the same."""
    env["account.settlement.provider"].sudo().search([]).write(PROVIDER)
    for platform, columns in KEYS.items():
        values = {column: f" {platform}'s {column} % æ " for column in columns}
        shop = {"name": f"Keys of {platform}", "platform": platform, "api_url": "https://shop.example.com", **values}
        env["sale.webshop"].create(
            {**shop, "webhook_secret": f"webhooks of {platform}", "active": platform != "magento"}
        )
