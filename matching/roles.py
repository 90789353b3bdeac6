"""What each journal item of a settlement voucher is there for, and what an amount is allocated to.

The one list of roles: decisions, planned vouchers and ``account.move.line.settlement_role`` use it.
"""

from ..common.values import TextEnum


class Role(TextEnum):
    """What a journal item is there for. The values are stored in the database, all but ``FEE_OWED``.

    ``ITEM`` closes or reduces an open item. ``SOURCE`` takes an amount off the account where it was open.
    ``FEE_OWED`` is a fee the provider invoices later: decisions allocate to it, and its voucher has ``FEE`` on the cost
    account against ``FEE_PAYABLE``.
    """

    CLEARING = "clearing"
    ITEM = "item"
    CUSTOMER = "customer"
    PREPAYMENT = "prepayment"
    DISPUTE = "dispute"
    UNKNOWN = "unknown"
    ACCOUNT = "account"
    RESERVE = "reserve"
    FEE = "fee"
    FEE_OWED = "fee_owed"
    FEE_PAYABLE = "fee_payable"
    TAX = "tax"
    FEE_TAX = "fee_tax"
    ROUNDING = "rounding"
    EXCHANGE = "exchange"
    SOURCE = "source"


#: What an amount is open on until it is matched for good; ``ITEM`` where somebody has taken the match apart.
OPEN_ROLES = (Role.UNKNOWN, Role.CUSTOMER, Role.PREPAYMENT, Role.DISPUTE, Role.RESERVE, Role.ITEM)

#: What one transaction leaves open for another one of the same sale to meet.
MET_ROLES = (Role.CUSTOMER, Role.PREPAYMENT, Role.UNKNOWN)

#: What several transactions of a voucher share: one journal item is their sum.
SHARED_ROLES = (Role.CLEARING, Role.FEE, Role.FEE_TAX, Role.FEE_PAYABLE)

#: What may be cost or income, and so carry the analytic distribution Odoo proposes. A customer's item carries none, as
#: on an invoice: the sale has it already, and Odoo would look up the models for each customer again.
ANALYTIC_ROLES = (Role.FEE, Role.ROUNDING, Role.EXCHANGE, Role.ACCOUNT)

#: The role of a tax item, by that of its base. The tax of fees is shared by the transactions of a voucher, as they are.
TAX_ROLES = {Role.FEE: Role.FEE_TAX, Role.ACCOUNT: Role.TAX}
