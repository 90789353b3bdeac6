"""Shops on this machine: each behaves as its platform's API is documented to, and tells of the same orders."""
