"""A provider's accounts in the chart of accounts, without Odoo: what they are for, their numbers and their names."""
