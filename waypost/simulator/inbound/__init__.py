"""What customers do: a message object of Meta's for each type, from as little as its name."""
