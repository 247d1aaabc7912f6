"""A file behind a URL that a customer named, as the nouns see it. `workers/egress` is the way out that opens one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NoReturn, Protocol


class SourceFailed(Exception):
    """The file could not be had; the sentence is for the customer and tells no address. `passing`: it may come yet."""

    def __init__(self, sentence: str, passing: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.passing = passing


class Source(Protocol):
    """An answer whose head has come; header names in lower case."""

    @property
    def status(self) -> int: ...

    @property
    def answered(self) -> Mapping[str, str]:
        """Headers of the answer."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, fetched no faster than it is taken. Raises SourceFailed when it breaks off."""


class Sources(Protocol):
    def fetch(self, url: str, headers: Sequence[str], deadline_ms: int) -> AbstractAsyncContextManager[Source]:
        """A GET, dropped when the block ends; `deadline_ms` holds to the last byte. Raises SourceFailed."""


class NoSources:
    """Where nothing is fetched."""

    def fetch(self, url: str, headers: Sequence[str], deadline_ms: int) -> NoReturn:
        raise RuntimeError("This runtime has no way out; open it with `app.opened`.")
