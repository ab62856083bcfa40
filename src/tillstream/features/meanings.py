"""The pinned meanings: a digest for every feature that was ever in force, so that none changes behind its name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import Any, Final

import msgspec

from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.errors import MeaningChanged

_DIGEST_BYTES: Final = 6
_WORDS: Final = frozenset({"name", "description", "owner", "personal", "online", "use_cases"})


class Pinned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A meaning as it was when its name came into force; `retired` once no definition has it any more."""

    digest: str
    retired: bool = False


Meanings = Mapping[str, Pinned]


@dataclass(frozen=True, slots=True)
class Compared:
    """Definitions beside pinned meanings, by name."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    """Have another meaning than the pinned one, or the name of a retired feature."""
    retired: tuple[str, ...]


def digest_of(feature: Feature) -> str:
    """Names a feature's meaning: all that decides its value, and nothing else.

    What is as it is by default is left out, so that a word added to the language changes no meaning.
    """
    meaning = [part for part in _plain(feature) if part[0] not in _WORDS]
    return blake2b(msgspec.json.encode(meaning), digest_size=_DIGEST_BYTES).hexdigest()


def compare(pinned: Meanings, features: Mapping[str, Feature] = FEATURES) -> Compared:
    """What is not as it was pinned."""
    same = {name for name, feature in features.items() if pinned.get(name) == Pinned(digest_of(feature))}
    return Compared(
        added=tuple(name for name in features if name not in pinned),
        changed=tuple(name for name in features if name in pinned and name not in same),
        retired=tuple(name for name, one in pinned.items() if name not in features and not one.retired),
    )


def pin(pinned: Meanings, features: Mapping[str, Feature] = FEATURES) -> dict[str, Pinned]:
    """The pinned meanings with new and retired ones; raises MeaningChanged."""
    found = compare(pinned, features)
    if found.changed:
        raise MeaningChanged(found.changed[0], next_version(found.changed[0], pinned))
    retired = {name: Pinned(pinned[name].digest, retired=True) for name in found.retired}
    return {**pinned, **retired, **{name: Pinned(digest_of(features[name])) for name in found.added}}


def next_version(name: str, pinned: Meanings) -> str:
    """The first version of a name that was never in force."""
    plain = name.partition("@")[0]
    version = 2
    while f"{plain}@{version}" in pinned:
        version += 1
    return f"{plain}@{version}"


def _plain(one: Any) -> list[Any]:
    """A definition or a part of it as a list of its fields that are not as they are by default."""
    told = ((field.name, getattr(one, field.name), field.default) for field in fields(one))
    return [[name, _value(value)] for name, value, default in told if value != default]


def _value(value: Any) -> Any:
    if is_dataclass(value):
        return [type(value).__name__, _plain(value)]
    return [_value(part) for part in value] if isinstance(value, tuple) else value


def decode_meanings(text: bytes) -> dict[str, Pinned]:
    """Pinned meanings from their file."""
    return msgspec.json.decode(text, type=dict[str, Pinned])


def encode_meanings(pinned: Meanings) -> bytes:
    """The file of pinned meanings, a line a feature, by name."""
    lines = (f'  "{name}": {msgspec.json.encode(pinned[name]).decode()}' for name in sorted(pinned))
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
