"""The platforms by their code."""

from . import inbox, magento, mystore, nettbutikk24, prestashop, shopify, woocommerce

PLATFORMS = {
    platform.code: platform
    for platform in (
        woocommerce.PLATFORM,
        shopify.PLATFORM,
        magento.PLATFORM,
        prestashop.PLATFORM,
        mystore.PLATFORM,
        nettbutikk24.PLATFORM,
        inbox.PLATFORM,
    )
}
