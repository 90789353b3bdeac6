"""An order and the resources that came with it, as JSON:API writes them."""

import datetime

from ...common.json_reading import entries, nested, required, text, to_time
from ...common.messages import DocumentError


class Resources:
    """An order and the resources that came with it.

    :ivar id: of the order. :ivar attributes: of the order.
    """

    def __init__(self, order: dict, included: list, zone: datetime.tzinfo):
        self.id = str(required(order, "id"))
        self.zone = zone
        self.attributes = nested(order, "attributes")
        self._order = order
        self._included = by_identity(included)

    @property
    def currency(self) -> str:
        return str(required(self.attributes, "currency"))

    def text(self, name: str) -> str:
        """Return an attribute of the order as text."""
        return text(self.attributes, name)

    def time(self, name: str) -> datetime.datetime:
        """Return an attribute of the order that is a time."""
        return to_time(required(self.attributes, name), self.zone, name)

    def related_ids(self, name: str, resource=None) -> list:
        """Return (type, id) of what the order, or another resource, refers to."""
        return identities(resource or self._order, name)

    def related(self, name: str, resource=None, is_required: bool = False) -> list:
        """Return the resources that the order, or another resource, refers to."""
        if is_required:
            required(nested(self._order, "relationships"), name)
        found = [(identity, self._included.get(identity)) for identity in self.related_ids(name, resource)]
        missing = [identity for identity, each in found if each is None]
        if missing and is_required:
            raise DocumentError(
                "order_part_missing",
                type=missing[0][0],
                id=missing[0][1],
            )
        return [each for _identity, each in found if each is not None]


def by_identity(resources: list) -> dict:
    """Return resources by (type, id)."""
    return {(str(each.get("type")), str(each.get("id"))): each for each in resources}


def identities(resource: dict, *names: str) -> list:
    """Return (type, id) of what a resource refers to: by some relationships, or by all."""
    relationships = nested(resource, "relationships")
    found = []
    for name in names or relationships:
        relationship = nested(relationships, name)
        is_list = isinstance(relationship.get("data"), list)
        found += by_identity(entries(relationship, "data") if is_list else [nested(relationship, "data")])
    return [identity for identity in found if identity != ("None", "None")]
