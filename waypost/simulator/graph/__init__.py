"""Meta's Graph API: one file per noun, one table of operations, one endpoint."""
