"""Names as the shops write them: what stands on an invoice is the name, not its HTML."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.markup import without_markup
from odoo.addons.settlement_bridge.webshops.records import Address, Buyer, LineKind, OrderLine


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Berg &amp; Sønn AS", "Berg & Sønn AS"),
        ("Ship Your Idea &ndash; Color: Black", "Ship Your Idea – Color: Black"),
        ("<b>Ull</b>sokker<br/>str. 42", "Ullsokker str. 42"),
        ('Genser <span class="x">blå</span>', "Genser blå"),
        ("L&#039;Or&#x000e9;al", "L'Oréal"),
        ("Kaffe&nbsp;250&nbsp;g", "Kaffe 250 g"),
        ("Berg &amp;amp; &lt;b&gt;Sønn&lt;/b&gt;", "Berg & Sønn"),
        # what is no markup stays as it is
        ("H&REGNSKAP  AS", "H&REGNSKAP  AS"),
        ("Garn & Strikk", "Garn & Strikk"),
        ("Rør 3 < 4 > 2 mm", "Rør 3 < 4 > 2 mm"),
        ("I <3 garn", "I <3 garn"),
        ("R<D AS og X>Y", "R<D AS og X>Y"),
        ("Kasse <5<a6 pakke>", "Kasse <5<a6 pakke>"),
        ("A<B>C AS", "A<B>C AS"),
        ("Skjorte <Oslo>", "Skjorte <Oslo>"),
        ("<P>Ull<HR>sokker</P>", "Ullsokker"),
        ('<a href="/ull">Ull</a>sokker', "Ullsokker"),
        ("&ukjent; navn", "&ukjent; navn"),
    ],
)
def test_names(written, name):
    assert without_markup(written) == name
    assert OrderLine("1", LineKind.PRODUCT, written, Decimal(1), Decimal(0), None).name == name
    assert Buyer(name=written, company=written) == Buyer(name=name, company=name)
    assert Address(name=written, company=written, street=written).company == name


def test_what_is_no_name_is_left_alone():
    line = OrderLine("1", LineKind.PRODUCT, "", Decimal(1), Decimal(0), None, sku="A&amp;B", tax_class="a&amp;b")
    assert (line.sku, line.tax_class) == ("A&amp;B", "a&amp;b")
    assert Buyer(external_id="&amp;", email="a&amp;b@example.com").email == "a&amp;b@example.com"
