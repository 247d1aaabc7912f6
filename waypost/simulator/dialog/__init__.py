"""The login SDK and the Embedded Signup dialog, in our own look."""
