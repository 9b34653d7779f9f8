"""Every error that crosses from one module to another, and what becomes of it.

    KlipingError          what the user can put right: one line on standard error, no traceback
    ├── ConfigError       exit status 2: before anything was done
    ├── QueryError        exit status 2
    ├── SlowError         exit status 3: an answer that took longer than it may
    ├── BusyError         exit status 3: nothing could be done
    ├── WarehouseError    exit status 3
    │   └── ForeignError  exit status 3
    ├── EncoderError      exit status 3
    ├── StorageError      exit status 3, or a trouble of kind `archive`
    ├── WorkersError      exit status 3: before anything was done
    ├── RecordError       the batch is recorded item by item; the item becomes a rejection
    ├── ListingError      a trouble of kind `listing`
    ├── ArchiveError      a rejection `broken`, or a trouble of kind `archive`
    ├── BodyError         a rejection with its reason
    └── DeliveryFailed    the delivery is retried
    FetchFailed           a rejection with its reason

If one of the second half reaches the command, as when `topics test` is given a URL that does not
respond, the exit status is 3. Any other error is a bug: its trace goes to a file, one line says
where, and the exit status is 3.
"""

from typing import ClassVar, Literal

from flows.records import Reason


class KlipingError(Exception):
    """What the user can put right. The command prints it as one line, without a traceback."""

    exit_status: ClassVar[int] = 3


class ConfigError(KlipingError):
    """A mistake in sources.yaml, topics.yaml, the settings, or the command line. The message names
    the file, the line, and the key.
    """

    exit_status = 2


class QueryError(KlipingError):
    """A statement that DuckDB rejects."""

    exit_status = 2


class SlowError(KlipingError):
    """A question that took longer than it may. The message says how long."""


class BusyError(KlipingError):
    """Another run holds the lock. The message says which."""


class WarehouseError(KlipingError):
    """The warehouse cannot be opened, written, or published. The message says what to do."""


class ForeignError(WarehouseError):
    """What lies in the warehouse's place is not the warehouse. It is left as it is."""


class EncoderError(KlipingError):
    """The embedding model cannot be loaded. The message says why."""


class StorageError(KlipingError):
    """Object storage, or a web server, that does not give the archives it is asked for. The message
    names it and says why.
    """


class WorkersError(KlipingError):
    """The cluster that KLIPING_WORKERS names cannot be used. The message says why."""


class RecordError(KlipingError):
    """Rows that DuckDB cannot store. Their transaction was rolled back."""


class ListingError(KlipingError):
    """A discovery document that is not what it should be. The message says what it is instead."""


class ArchiveError(KlipingError):
    """A WARC record that cannot be read. The message names file and offset."""


class BodyError(KlipingError):
    """A response whose body cannot be used. `reason`: that of the rejection."""

    def __init__(self, reason: Literal["too-large", "broken"], detail: str) -> None:
        super().__init__(detail)
        self.reason: Literal["too-large", "broken"] = reason


class DeliveryFailed(KlipingError):  # noqa: N818 - an outcome, not a mistake
    """A channel did not accept a message. Says why, without the channel's URL.

    `busy`: the channel asked for fewer messages; `retry_after_s`: how long it asked to wait, if it
    said so.
    """

    def __init__(self, reason: str, busy: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.busy = busy
        self.retry_after_s = retry_after_s


class FetchFailed(Exception):  # noqa: N818 - an outcome with a reason, which becomes a Rejection
    """Why a URL could not be fetched. `retry`: whether the next run should try again."""

    def __init__(self, reason: Reason, detail: str, retry: bool = False) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
        self.retry = retry
