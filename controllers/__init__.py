from . import account_proof, document, webshop
