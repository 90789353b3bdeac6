"""The set-up every command in this folder shares: Odoo 19, a virtual environment, PostgreSQL and the databases.

It all lies in one folder that may be deleted at any time: ``$SETTLEMENT_BRIDGE_HOME``, by default ``settlement_bridge``
in the user's cache folder. (Only PostgreSQL, when root runs this and others cannot reach that folder, has its files in
``/var/tmp``: see ``server_folder``.) Nothing is installed system-wide. Each part is built under a name that holds a
hash of its recipe, and gets that name only when it is complete; so a part that exists is current, and needs no network.
"""

from .browser import browser
from .databases import copy, databases, odoo, prepared, story, template, throw_away, with_addon
from .interpreter import python
from .programs import (
    ADDON,
    CHECKOUT,
    Stopped,
    end_running,
    finished,
    follow,
    free_port,
    locked,
    run,
    say,
    served,
    stop,
)
