"""The deck of a blind test, unpacked as the page unpacks it."""

import json
import zlib


def unpacked(deck: bytes) -> dict:
    """Return what a blind test's `deck` holds."""
    return json.loads(zlib.decompress(deck))
