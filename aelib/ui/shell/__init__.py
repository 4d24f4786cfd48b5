"""Shared by all parts of the app: visitor identity, links, addresses, messages, session and server state."""
