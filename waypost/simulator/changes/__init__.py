"""What Meta notifies beside messages and statuses: one default value for each field, laid over by the tester's."""
