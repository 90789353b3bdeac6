"""Read what web orders waited for once more: much of it needs nobody any more, such as a shop's own rounding."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE sale_webshop_event event
           SET state = 'new', message_data = NULL
          FROM sale_order orders
         WHERE orders.webshop_event_id = event.id
           AND orders.webshop_state = 'waiting'
           AND event.kind = 'document'
           AND event.state = 'done'
           AND event.content_removed_on IS NULL
        """
    )
