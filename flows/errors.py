"""Every error that crosses from one module to another, and what becomes of it.

    KlipingError          what a person can put right: one line on standard error, no traceback
    ├── ConfigError       exit status 2: before anything was done
    ├── QueryError        exit status 2
    ├── BusyError         exit status 3: nothing could be done
    ├── WarehouseError    exit status 3
    ├── EncoderError      exit status 3
    ├── RecordError       the batch is recorded item by item, the item becomes a rejection
    ├── ListingError      the source has a trouble of kind `listing`
    ├── ArchiveError      a rejection `broken`, or a trouble of kind `archive`
    ├── BodyError         a rejection with its reason
    └── DeliveryFailed    a delivery that is tried again
    FetchFailed           a rejection with its reason

Where one of the second half reaches the command nevertheless, as when `topics test` is given an
address that does not answer, its exit status is 3. An error that is none of these is a fault of
the program: its trace goes to a file, one line says where, and the exit status is 3.
"""

from typing import ClassVar, Literal

from flows.records import Reason


class KlipingError(Exception):
    """What a person can put right: the command prints it as one line, without a traceback."""

    exit_status: ClassVar[int] = 3


class ConfigError(KlipingError):
    """A mistake in sources.yaml, topics.yaml, the settings or the command line; the message names
    the file, the line and the key.
    """

    exit_status = 2


class QueryError(KlipingError):
    """A statement that DuckDB refuses."""

    exit_status = 2


class BusyError(KlipingError):
    """Another run holds the lock; the message says which."""


class WarehouseError(KlipingError):
    """The warehouse cannot be opened, written or published; the message says what to do."""


class EncoderError(KlipingError):
    """The model cannot be made ready; the message says what to do."""


class RecordError(KlipingError):
    """Rows that DuckDB cannot store; nothing of their transaction was."""


class ListingError(KlipingError):
    """A discovery document that is not what it should be; the message says what it is instead."""


class ArchiveError(KlipingError):
    """A record that cannot be read; the message names file and offset."""


class BodyError(KlipingError):
    """A response whose body is of no use, and the reason a rejection gives for it."""

    def __init__(self, reason: Literal["too-large", "broken"], detail: str) -> None:
        super().__init__(detail)
        self.reason: Literal["too-large", "broken"] = reason


class DeliveryFailed(KlipingError):  # noqa: N818 - an answer of the world, not a mistake
    """The channel did not take the message; it says why, without the channel's URL.

    `busy`: the channel asks for fewer messages; `retry_after_s`: how long it asks to wait, where it
    says so.
    """

    def __init__(self, reason: str, busy: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.busy = busy
        self.retry_after_s = retry_after_s


class FetchFailed(Exception):  # noqa: N818 - an outcome with a reason, which becomes a Rejection
    """Why an address cannot be had. `retry`: the next run should try again."""

    def __init__(self, reason: Reason, detail: str, retry: bool = False) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
        self.retry = retry
