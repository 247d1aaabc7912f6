"""The runtime and the tenant of the tests of messages."""

from tests.messages.conftest import phone, rt

__all__ = ["phone", "rt"]
