"""Settlements and documents on which an earlier release stopped for good, on an unexpected fault, are tried again."""

from odoo import SUPERUSER_ID, api

BOOKING = "Booking stopped on an unexpected fault; see the server log."
READING = "Reading stopped on an unexpected fault; see the server log."


def migrate(cr, version):
    """Take the error away, so that the scheduled actions come to them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for settlement in env["account.settlement"].search([("booking_error_data", "!=", False)]):
        if [said[0] for said in settlement.booking_error_data] == [BOOKING]:
            settlement.booking_error_data = False
    for document in env["account.settlement.document"].search([("state", "=", "error")]):
        if [said[0] for said in document.error_data or []] == [READING]:
            document.write({"state": "new", "error_data": False})
