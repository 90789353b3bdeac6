"""The month that Odoo's demo data tell: a small webshop, its orders, Vipps and the bank. Needs nothing of Odoo."""
