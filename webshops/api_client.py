"""What the platforms' clients share: checks of keys, orders that are gone, and answers that make no sense."""

from collections.abc import Callable

from ..common.addresses import check_address
from ..common.http import StatusError, is_key
from ..common.messages import ProviderError

__all__ = ["check_address", "is_key", "is_name_or_password", "not_understood", "unless_gone"]


def is_name_or_password(value: str) -> bool:
    """Whether this can be sent as name or password (basic authentication), which a colon divides."""
    return is_key(value) and ":" not in value


def unless_gone(ask: Callable, check: Callable):
    """Return the answer to ``ask``; None when the server does not have what is asked for (404).

    :param check: asks for something every shop has. A wrong address answers 404 to everything, and is an error.
    """
    try:
        return ask()
    except StatusError as error:
        if error.status != 404:
            raise
    check()
    return None


def not_understood(service: str, path: str) -> ProviderError:
    """Return the error of an answer that is JSON, but not what the API gives."""
    return ProviderError(
        "answer_not_understood",
        service=service,
        path=path,
    )
