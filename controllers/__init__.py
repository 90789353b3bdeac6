from . import webshop
