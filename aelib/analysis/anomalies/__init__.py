"""Images that do not belong: how odd a net that knows some classes finds those of others."""
