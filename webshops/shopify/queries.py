"""What is asked of Shopify's Admin GraphQL API.

Sources: shopify.dev, Admin GraphQL reference (objects Order, LineItem, OrderTransaction, Refund, Fulfillment,
MoneyBag), "GraphQL Admin API rate limits".
"""

#: How much of an order is asked for at first. Shopify refuses a query that could cost more than 1,000 points: one for
#: an object, and for a connection two and what it asks for, multiplied. These sizes cost about 200 an order.
ORDERS_PER_PAGE = 4
LINES, SHIPPING_LINES, TRANSACTIONS, FULFILLMENTS, REFUNDS = 7, 1, 5, 2, 1
FULFILLED_LINES = 6
REFUND_LINES, REFUND_SHIPPING_LINES, REFUND_ADJUSTMENTS, REFUND_TRANSACTIONS = 3, 1, 1, 2
#: How much is asked for when that was not all.
REST_OF_CONNECTION = 50
#: Lists that Shopify does not divide into pages: the most that is asked for of each, when it was not all.
WHOLE_LISTS = {"transactions": 100, "fulfillments": 25, "refunds": 15}

MONEY = "{ presentmentMoney { amount currencyCode } }"
TAX_LINES = f"taxLines {{ title rate priceSet {MONEY} }}"
ADDRESS = "{ name company address1 address2 zip city countryCodeV2 phone }"
LINE = (
    f"id name title sku quantity currentQuantity isGiftCard originalUnitPriceSet {MONEY}"
    f" discountAllocations {{ allocatedAmountSet {MONEY} }} {TAX_LINES}"
)
SHIPPING_LINE = f"id title code originalPriceSet {MONEY} discountedPriceSet {MONEY} {TAX_LINES}"
TRANSACTION = (
    "id kind status gateway formattedGateway test paymentId authorizationCode accountNumber receiptJson processedAt"
    f" amountSet {MONEY} parentTransaction {{ id }}"
)
REFUND_TRANSACTION = (
    f"id kind status gateway paymentId authorizationCode accountNumber receiptJson processedAt amountSet {MONEY}"
)
FULFILLED_LINE = "quantity lineItem { id }"
REFUND_LINE = f"quantity restockType lineItem {{ id }} subtotalSet {MONEY} totalTaxSet {MONEY}"
REFUND_SHIPPING_LINE = f"shippingLine {{ id }} subtotalAmountSet {MONEY} taxAmountSet {MONEY}"
ADJUSTMENT = f"reason amountSet {MONEY}"


def connection(name: str, first: int | str, fields: str) -> str:
    """Return the question for the ``first`` nodes of a connection."""
    return f"{name}(first: {first}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }}"


REFUND = " ".join(
    (
        "id createdAt note",
        connection("refundLineItems", REFUND_LINES, REFUND_LINE),
        connection("refundShippingLines", REFUND_SHIPPING_LINES, REFUND_SHIPPING_LINE),
        connection("orderAdjustments", REFUND_ADJUSTMENTS, ADJUSTMENT),
        connection("transactions", REFUND_TRANSACTIONS, REFUND_TRANSACTION),
    )
)
FULFILLMENT = f"id createdAt status {connection('fulfillmentLineItems', FULFILLED_LINES, FULFILLED_LINE)}"
ORDER = " ".join(
    (
        "id legacyResourceId name createdAt processedAt updatedAt closedAt cancelledAt test taxesIncluded",
        "dutiesIncluded currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus",
        f"paymentGatewayNames email phone totalPriceSet {MONEY} currentTotalPriceSet {MONEY}",
        f"totalTaxSet {MONEY} {TAX_LINES}",
        f"totalTipReceivedSet {MONEY} totalCashRoundingAdjustment {{ paymentSet {MONEY} }}",
        f"originalTotalDutiesSet {MONEY} additionalFees {{ id name price {MONEY} {TAX_LINES} }}",
        f"customer {{ id displayName }} billingAddress {ADDRESS} shippingAddress {ADDRESS}",
        "purchasingEntity { ... on PurchasingCompany {",
        "company { name } location { taxSettings { taxRegistrationId } } } }",
        connection("lineItems", LINES, LINE),
        connection("shippingLines", SHIPPING_LINES, SHIPPING_LINE),
        f"transactions(first: {TRANSACTIONS}) {{ {TRANSACTION} }}",
        f"fulfillments(first: {FULFILLMENTS}) {{ {FULFILLMENT} }}",
        f"refunds(first: {REFUNDS}) {{ {REFUND} }}",
    )
)
ORDERS_QUERY = (
    "query Orders($first: Int!, $after: String, $search: String!) {"
    " orders(first: $first, after: $after, query: $search, sortKey: UPDATED_AT) {"
    f" nodes {{ {ORDER} }} pageInfo {{ hasNextPage endCursor }} }} }}"
)
ORDER_QUERY = f"query Order($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}"
#: What of an order comes in pages.
CONNECTIONS = {
    "Order": {"lineItems": LINE, "shippingLines": SHIPPING_LINE},
    "Fulfillment": {"fulfillmentLineItems": FULFILLED_LINE},
    "Refund": {
        "refundLineItems": REFUND_LINE,
        "refundShippingLines": REFUND_SHIPPING_LINE,
        "orderAdjustments": ADJUSTMENT,
        "transactions": REFUND_TRANSACTION,
    },
}
#: How much of each of :data:`WHOLE_LISTS` comes at first, and what is asked of it.
LISTS = {
    "transactions": (TRANSACTIONS, TRANSACTION),
    "fulfillments": (FULFILLMENTS, FULFILLMENT),
    "refunds": (REFUNDS, REFUND),
}
SHOP_QUERY = "query Shop { shop { name } orders(first: 1) { nodes { id } } }"
