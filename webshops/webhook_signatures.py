"""Signatures of webhooks, compared in constant time."""

import base64
import hashlib
import hmac


def is_signed_base64(body: bytes, secret: str, signature: str) -> bool:
    """Whether ``signature`` is base64(HMAC-SHA256(``body``, ``secret``)). An empty secret signs nothing."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return bool(secret) and hmac.compare_digest(expected, signature.strip().encode("utf-8", "replace"))


def is_signed_hex(body: bytes, secret: str, signature: str) -> bool:
    """Whether ``signature`` is the hexadecimal HMAC-SHA256 of ``body``. An empty secret signs nothing."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
    return bool(secret) and hmac.compare_digest(expected, signature.strip().lower().encode("utf-8", "replace"))
