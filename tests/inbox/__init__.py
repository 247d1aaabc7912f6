"""The shared inbox over HTTP: links, sessions, permissions, masking, sending, streams."""
