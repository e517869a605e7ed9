"""How a verb ends: statuses that scripts rely on, and failures that name the remedy."""

GOOD, PROBLEM, WRONG_USE, NOT_REACHABLE = 0, 1, 2, 3


class CommandFailed(Exception):
    """Ends the verb with a status and one line; `remedy` says what to do next."""

    status = PROBLEM

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class WrongUse(CommandFailed):
    """What was typed cannot be meant."""

    status = WRONG_USE


class NotReachable(CommandFailed):
    """A service, the broker or the database does not answer."""

    status = NOT_REACHABLE
