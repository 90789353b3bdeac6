"""Enter keys in the version before, in a shop of each platform: those that its client reads."""

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


def run(env, _arguments):
    """Make the shops; one of them is archived, which keeps its keys all the same."""
    for platform, columns in KEYS.items():
        values = {column: f" {platform}'s {column} % æ " for column in columns}
        shop = {"name": f"Keys of {platform}", "platform": platform, "api_url": "https://shop.example.com", **values}
        env["sale.webshop"].create(
            {**shop, "webhook_secret": f"webhooks of {platform}", "active": platform != "magento"}
        )
