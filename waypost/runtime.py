"""What a verb may reach, in one hand: settings, database, Meta, the vault, and the bell that wakes the workers."""

from dataclasses import dataclass

from .config import Config
from .meta.graph import Graph
from .postgres.bell import Bell
from .postgres.pool import Pool
from .vault import Vault


@dataclass(frozen=True, slots=True)
class Runtime:
    config: Config
    pool: Pool
    graph: Graph
    vault: Vault
    bell: Bell
