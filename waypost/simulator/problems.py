"""Bad input to the control API: answered 400, naming the field."""


class BadInput(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class Unheard(Exception):
    """Nobody listens to what should be posted: answered 409."""
