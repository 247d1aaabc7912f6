"""An flock on a file of the data folder. The kernel lets go of it when the last process holding the descriptor is gone.

Who holds what decides everything about the embedded server: who may start it, who uses it, whether it still runs.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

_PAUSE = 0.02


class FileLock:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd: int | None = None

    def take(self, *, shared: bool = False, wait: float = 0.0) -> bool:
        """True once held; False when others still hold it after `wait` seconds."""
        self.release()
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        deadline = time.monotonic() + wait
        while not self._try(fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                self.release()
                return False
            time.sleep(_PAUSE)
        return True

    @property
    def held(self) -> bool:
        return self.fd is not None

    def release(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def _try(self, kind: int) -> bool:
        assert self.fd is not None
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
