"""Everything that keeps a stack from running, as one tree. Each text says what to do next.

StackError
├── CannotStart   something is missing, taken or full        → nothing was left running
└── GaveUp        a process died again and again             → all were stopped
"""


class StackError(Exception):
    """The local stack cannot do what was asked; the message is for the person who asked."""


class CannotStart(StackError):
    """Something outside the stack is in the way; the message says what, and the way out."""


class GaveUp(StackError):
    """A process died so often that starting it again is no use."""

    def __init__(self, name: str, reason: str, tail: str) -> None:
        super().__init__(f"{name} {reason}. The end of its log:\n\n{tail}")
        self.name = name
