from . import document, webshop
