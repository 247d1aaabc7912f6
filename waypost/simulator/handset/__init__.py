"""The handset: a page on which one plays a customer of a number, message by message."""
