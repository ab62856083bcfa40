"""What can go wrong with features.

TillstreamError
├── FeatureError
│   ├── DefinitionInvalid    a definition contradicts itself or a contract
│   ├── UnknownFeature       no feature has that name
│   ├── NotServed            a feature is computed from silver alone
│   ├── KeptLive             a value was pushed to what our engines keep
│   ├── MeaningChanged       a definition means something else than its name did
│   ├── StillRead            a feature was deleted that an export reads
│   ├── TooLarge             the store would not hold the rows
│   └── PortionLost          what the Flink job sent has a gap
├── LogError
│   └── Superseded           another engine moved the state on; start from it again
└── StoreUnavailable
    ├── StoreFilling         the rows are not whole yet, or of other definitions
    ├── FingerprintUnknown   a row was written by another version
    └── RowBroken            a row's bytes are not those that were written
"""

from tillstream.core.errors import LogError, Permanent, StoreUnavailable, TillstreamError, Transient


class FeatureError(TillstreamError):
    """A feature cannot be defined, computed or read."""


class DefinitionInvalid(FeatureError, Permanent):
    """A definition contradicts itself or the contract of its source; names the feature and the field."""

    def __init__(self, feature: str, field: str, why: str) -> None:
        self.feature, self.field = feature, field
        super().__init__(f"feature {feature}: `{field}` {why}; see docs/adr/0011-window-meaning.md")


class UnknownFeature(FeatureError, Permanent):
    """No feature has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no feature {name!r}; `tillstream features list` names them all")


class NotServed(FeatureError, Permanent):
    """A feature that is computed from silver alone was asked of the store."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"feature {name} is not kept online; a training set has it, or define it with online=True")


class KeptLive(FeatureError, Permanent):
    """A finished value was pushed to a feature that engines keep from events: it would have two writers."""

    def __init__(self, view: str) -> None:
        self.view = view
        super().__init__(
            f"feature view {view} is kept from events by `tillstream features work`, its one writer; push to another "
            "view, or send the events; see docs/howto/use-feast.md"
        )


class MeaningChanged(FeatureError, Permanent):
    """A definition means something else than what its name was pinned to."""

    def __init__(self, name: str, following: str) -> None:
        self.name = name
        super().__init__(
            f"feature {name} no longer means what its name does; give the new meaning the name {following} and leave "
            f"{name} as it was until no export reads it; see docs/adr/0015-feature-versions.md"
        )


class StillRead(FeatureError, Permanent):
    """A feature was deleted that the serving export of a use case reads."""

    def __init__(self, name: str, use_case: str) -> None:
        self.name, self.use_case = name, use_case
        super().__init__(
            f"feature {name} is gone from the definitions, and the serving export of {use_case} reads it; put it back, "
            f"or train and promote one that does not: `tillstream models train {use_case}`"
        )


class TooLarge(FeatureError, Permanent):
    """The rows would take more memory than the store may hold."""

    def __init__(self, expected_bytes: int, most_bytes: int) -> None:
        self.expected_bytes, self.most_bytes = expected_bytes, most_bytes
        super().__init__(
            f"the online store would need {expected_bytes / 2**20:,.0f} MiB and may hold {most_bytes / 2**20:,.0f}; "
            "raise TILLSTREAM_STORE__MAX_MEMORY_BYTES, or serve fewer features: `tillstream features memory` says which"
        )


class PortionLost(FeatureError, Permanent):
    """Of what the Flink job sent, something in between is not on Kafka any more, or was never there."""

    def __init__(self, bucket: int, last: int, came: int) -> None:
        self.bucket, self.last, self.came = bucket, last, came
        super().__init__(
            f"feature_updates.v1 on Kafka: portion {came} of bucket {bucket} came after {last}; stop the job "
            "`features`, remove its checkpoints and savepoints, and start it: it counts the log anew; "
            "see docs/howto/run-on-flink.md"
        )


class Superseded(LogError, Transient):
    """A batch began from a state that another engine has since moved on; nothing of it was written."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} moved on meanwhile: another engine is at work; read the state again")


class StoreFilling(StoreUnavailable):
    """The store is empty, being filled, or filled by other definitions: a row of it would be a wrong number."""

    def __init__(self) -> None:
        super().__init__(
            "the store is being filled: `tillstream features work` brings it up to date, and after a long backlog "
            "`tillstream features release`",
            "filling",
        )


class FingerprintUnknown(StoreUnavailable):
    """A row means something else than the definitions at hand: another version wrote it."""

    def __init__(self) -> None:
        super().__init__(
            "a row of the store was written by other definitions; `tillstream features work` of this version fills "
            "the store anew when it meets it",
            "fingerprint_unknown",
        )


class RowBroken(StoreUnavailable):
    """A row's bytes are not those that were written."""

    def __init__(self) -> None:
        super().__init__(
            "a row of the store is broken; `tillstream features work` fills the store anew when it meets it",
            "row_broken",
        )
