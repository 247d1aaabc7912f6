"""What a verb may reach, in one hand: settings, database, Meta, vault, its bell, what a process remembers."""

import asyncio
from dataclasses import dataclass, field

from .config import Config
from .directory import Directory
from .meta.graph import Graph
from .meta.media import Desk
from .postgres.bell import Bell
from .postgres.groups import Groups
from .postgres.hearing import Hearing
from .postgres.pool import Pool
from .sources import NoSources, Sources
from .vault import Vault


@dataclass(frozen=True, slots=True)
class Runtime:
    config: Config
    pool: Pool
    graph: Graph
    vault: Vault
    bell: Bell
    hearing: Hearing
    directory: Directory = field(default_factory=Directory)
    groups: Groups = field(default_factory=Groups)
    sources: Sources = field(default_factory=NoSources)
    media: Desk = field(default_factory=Desk)
    #: Set when the process begins to stop: what would last for ever ends then.
    closing: asyncio.Event = field(default_factory=asyncio.Event)
