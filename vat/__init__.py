"""The VAT term: its days, and how the ledger's VAT is tied to the documents it comes from."""
