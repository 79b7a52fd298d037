"""What can go wrong, named by what to do next.

    Exception
    ├── Rejected    the caller is wrong or unproven        answer so, store nothing
    ├── Refused     policy says no                         tell the person, keep it in the ledger
    ├── Conflict    someone moved first                    read again, decide again
    ├── Transient   nothing happened, safe to repeat       raise; try later
    ├── Unknown     the effect may have happened           stop, reconcile, never repeat blindly
    └── Broken      our own bug                            dead letter, alarm

The tree is flat because Step Functions matches exact class names. Waiting, asking and having
nothing to do are values, not errors. A vendor's errors are translated once, in the file that
calls the vendor.
"""

from typing import Literal

Fault = Literal["unproven", "malformed", "too large", "too many", "forbidden", "absent"]


class Rejected(Exception):
    """The caller is wrong or unproven; nothing is stored."""

    def __init__(self, reason: str, fault: Fault = "malformed", retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fault: Fault = fault
        self.retry_after = retry_after


class Refused(Exception):
    """A rule or a provider says no for good: the person is told, and it is not tried again."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Conflict(Exception):
    """A condition of a commit did not hold; nothing was written."""


class Transient(Exception):
    """Nothing happened and it is safe to try again, after `retry_after` seconds where known."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Unknown(Exception):
    """The effect may or may not have happened; only a look at the provider can tell."""


class Broken(Exception):
    """Our own mistake, or a row that no version of this code can have written."""
