"""Meta's stand-in: Graph API, login SDK and Embedded Signup dialog, webhooks. Imports nothing of the house."""

from .app import create_app
from .server import run, running, serve
from .settings import Settings

__all__ = ["Settings", "create_app", "run", "running", "serve"]
