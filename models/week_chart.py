"""The small chart of a card: a bar for each week, as Odoo's dashboard graph draws it."""

import json
from datetime import timedelta

from babel.dates import format_skeleton

from odoo import fields
from odoo.tools.misc import get_lang

#: How many weeks the chart shows.
WEEKS = 8


def get_monday(date):
    """Return the first day of a date's week."""
    return date - timedelta(days=date.weekday())


def get_first_monday(last_dates):
    """Return the first day of the weeks that charts show, before which nothing need be read.

    :param last_dates: of each chart, the last date it tells of; not empty.
    """
    return get_monday(min(last_dates)) - timedelta(weeks=WEEKS)


def draw_weeks(model, last_date, values, key):
    """Return the chart as JSON. The week that still runs is drawn as one of the future.

    :param model: any of the ORM's. :param last_date: the last date it tells of. :param values: ``{monday: number}``.
    :param key: what the bars are.
    """
    locale = get_lang(model.env).code
    this_monday = get_monday(fields.Date.context_today(model))
    weeks = [get_monday(last_date) - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    bars = [
        {
            "label": format_skeleton("Md", week, locale=locale),
            "value": values.get(week, 0),
            "type": "future" if week == this_monday else "past",
        }
        for week in weeks
    ]
    return json.dumps([{"values": bars, "title": "", "key": key}])
