"""What the documents say is done or checked here: every command, snippet, link, path, setting, route and metric."""
