"""Waypost: a self-hosted, multi-tenant WhatsApp Cloud API gateway."""

__version__ = "0.1.0"
