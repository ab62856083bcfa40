"""The tree of errors; retries read the marks, the command line prints the sentence.

TillstreamError
├── SettingsError            a setting is missing, unknown or out of range
├── MissingExtra             a library of an extra is not installed
├── ContractError
│   ├── UnknownTopic         no contract has that name
│   └── EventRejected        an event broke a rule; carries every reason
├── LogError
│   ├── Fenced               a commit by a member whose lease or generation is stale
│   └── LogBusy              another process held the file for too long, or no broker answered
├── StoreError
│   └── StoreUnavailable     the online store did not answer in time
├── ServiceError             a local service could not be started or stopped
│   ├── PortTaken            somebody else listens where a service should
│   └── NotInstalled         this machine lacks what an engine runs on
├── MappingError             a mapping of a real log does not fit the file
├── ModelError
│   ├── NotTrained           no model: the log holds nothing to train it on
│   └── ExportCorrupt        an export's digest is not the one its manifest names
└── NotFound                 nothing under that id; says where else to look

Marks, mixed in: Transient (try again) and Permanent (dead letter, or stop).
Packages hang their own leaves under these.
"""


class TillstreamError(Exception):
    """Something the user can be told in one sentence with the next step."""


class Transient:
    """Mark: trying again later may work."""


class Permanent:
    """Mark: trying again cannot work."""


class SettingsError(TillstreamError, Permanent):
    """A setting is missing, unknown or out of range."""


class MissingExtra(TillstreamError, Permanent):
    """A library that belongs to an extra is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.what, self.extra = what, extra
        super().__init__(f"{what} needs the `{extra}` extra: pip install 'tillstream[{extra}]'")


class ContractError(TillstreamError, Permanent):
    """An event or a topic does not obey the contracts."""


class UnknownTopic(ContractError):
    """No contract has that topic's name."""

    def __init__(self, topic: str, known: tuple[str, ...]) -> None:
        self.topic, self.known = topic, known
        super().__init__(f"no topic {topic!r}; there are {', '.join(known)}")


class EventRejected(ContractError):
    """An event broke at least one rule of its contract."""

    def __init__(self, topic: str, reasons: tuple[str, ...]) -> None:
        self.topic, self.reasons = topic, reasons
        super().__init__(f"{topic}: {'; '.join(reasons)}")


class LogError(TillstreamError):
    """The event log refused something."""


class Fenced(LogError, Transient):
    """A commit came from a member whose generation or lease is stale; poll again to rejoin."""

    def __init__(self, group: str, member: str, why: str) -> None:
        self.group, self.member = group, member
        super().__init__(f"group {group}: member {member} may not commit: {why}; poll again to rejoin")


class LogBusy(LogError, Transient):
    """A topic was not to be had for longer than we wait: another process held the file, or no broker answered."""

    def __init__(self, topic: str, waited_seconds: float, why: str = "another process held the file") -> None:
        self.topic, self.waited_seconds = topic, waited_seconds
        super().__init__(f"{topic}: {why} for {waited_seconds:.1f} s; try again")


class StoreError(TillstreamError):
    """The online store refused something."""


class StoreUnavailable(StoreError, Transient):
    """The online store did not answer in time, or not with what can be used; `outcome` names why, for a counter."""

    def __init__(self, message: str, outcome: str = "down") -> None:
        self.outcome = outcome
        super().__init__(message)


class ServiceError(TillstreamError):
    """A local service could not be started, watched or stopped."""


class PortTaken(ServiceError, Permanent):
    """Somebody else listens on a port that a service of ours wants."""

    def __init__(self, service: str, port: int, holder: str, setting: str) -> None:
        self.service, self.port, self.holder, self.setting = service, port, holder, setting
        super().__init__(f"{service}: port {port} is taken by {holder}; stop it or set {setting}")


class NotInstalled(ServiceError, Permanent):
    """This machine lacks what an engine runs on; says what to install, and how to do without."""


class MappingError(TillstreamError, Permanent):
    """A mapping does not fit the log it was given; says what is there."""


class ModelError(TillstreamError):
    """A model cannot be trained, loaded or used."""


class NotTrained(ModelError, Permanent):
    """There is no model because the log holds nothing to train it on."""

    def __init__(self, use_case: str, why: str) -> None:
        self.use_case, self.why = use_case, why
        super().__init__(f"{use_case}: not trained: {why}")


class ExportCorrupt(ModelError, Permanent):
    """A file of an export is missing or has another digest than its manifest says."""


class NotFound(TillstreamError, Permanent):
    """Nothing under that id; the message says where else to look."""
