"""One read of the store: its keys, and what to make of what they bring. Whoever sends the command."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from tillstream.features.definitions import Feature, Schema
from tillstream.features.errors import RowBroken, StoreFilling
from tillstream.features.online.position import COUNTED, POSITION, PREFIX, decode_position
from tillstream.features.online.reading import Reading
from tillstream.features.online.rows import FeatureRows
from tillstream.features.updates import update_key


class Query:
    """The features of these ids (by entity; repeated ones once) at `at_us`; `keys` are for one MGET.

    `given` holds the fields of the request that features are given by; `readings` are those of the features, for
    whoever asks often.
    """

    def __init__(
        self,
        schema: Schema,
        ids: Mapping[str, Sequence[str]],
        features: Sequence[Feature],
        at_us: int,
        given: Mapping[str, Any] | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        self._schema, self._features, self._at_us, self._given = schema, features, at_us, given
        self._readings = readings
        self._ids = {entity: tuple(dict.fromkeys(of)) for entity, of in ids.items()}
        self.keys = [POSITION, COUNTED]
        for entity, of in self._ids.items():
            before = PREFIX + update_key(entity, "")
            self.keys += [before + one for one in of]

    def answer(self, found: Sequence[bytes | None]) -> FeatureRows:
        """What the values of `keys` say.

        Raises StoreFilling while the rows are not whole, FingerprintUnknown or RowBroken where one cannot be read: any
        of them would be a wrong number.
        """
        told, counted, *blobs = found
        position = decode_position(told) if told else None
        if position is None or position.schema != self._schema.fingerprint or not position.is_ready:
            raise StoreFilling
        of = iter(blobs)
        return FeatureRows(
            self._schema,
            self._features,
            self._ids,
            {entity: tuple(islice(of, len(ids))) for entity, ids in self._ids.items()},
            at_us=self._at_us,
            position=str(position),
            counted_until_us=_micros(counted),
            given=self._given,
            readings=self._readings,
        )


def _micros(told: bytes | None) -> int | None:
    if told is not None and not told.isdigit():
        raise RowBroken
    return int(told) if told else None
