"""What can go wrong, one class per kind. The docstring is the default message."""


class EngineError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class NotFound(EngineError):
    """There is nothing here that you may see."""


class NotAllowed(EngineError):
    """You may see this, but this act is not yours."""


class Conflict(EngineError):
    """Someone acted on this first. Look at the present state, then decide again."""


class Stale(EngineError):
    """This has changed since you opened it. Reload and try again; what you typed is kept."""


class Invalid(EngineError):
    """Some answers need your attention."""

    def __init__(self, message: str | None = None, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Unavailable(EngineError):
    """The system cannot do this just now. Nothing was lost; try again in a minute."""


class Fault(EngineError):
    """The process could not decide how to go on. Nothing was changed; the coordinator has been told."""

    where: tuple[str, str, str] | None = None  # case, process instance and element, for the report to the coordinator
