"""Records with something changed in them: a byte, a field, its value, its place."""

import json
import random

VALUES = (
    "null", "true", "0", "-0", "-1", "1", "1.0", "1e2", "01", "1.", ".5", "+1", "-", "1e", "1e400", "1e-400", "NaN",
    "1000000000", "1000000001", "1000000000000", "1000000000001", "9223372036854775808", "123456789012345678901",
    "0.5", "0.9", "1.0000000000000000001", "1.1", '""', '"x"', f'"{"x" * 64}"', f'"{"x" * 65}"', f'"{"é" * 64}"',
    f'"{"😀" * 64}"', f'"{"😀" * 65}"', f'"{"x" * 200}"', f'"{"x" * 201}"', f'"{"x" * 2001}"', '"EUR"', '"DE"', '"é1"',
    '"viewed"', '"v\\u0069ewed"', '"placed"', '"phone"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ud83dx"',
    '"\\ud83d\\u0041"', '"\\q"', '"\\u12"', '"\\u12G4"', '"\\/\\b\\f\\n\\r\\t\\""', '"\\u0000"', "[]", "[1,]", "[1]",
    "{}", '{"a":1,}', '{"a":[{}]}', "[" * 40 + "]" * 40, "nulL", "tru", '"a', "1 2", "",
    '[{"product_id":"p","quantity":1,"unit_price_cents":5}]', '[{"product_id":"p","quantity":0,"unit_price_cents":5}]',
    '[{"product_id":"p","quantity":1,"unit_price_cents":5,"more":[1,{"x":null}]}]', '[{"quantity":1}]',
    '[{"product_id":null,"quantity":1,"unit_price_cents":5}]', "[" + ",".join(["{}"] * 3) + "]",
)  # fmt: skip
TIMES = (
    "2026-03-02T10:00:00Z", "2026-03-02t10:00:00z", "2026-03-02 10:00:00Z", "2026-03-02_10:00:00Z", "2026-03-02T10:00Z",
    "2026-03-02T10:00:00", "2026-03-02T10:00:00.Z", "2026-03-02T10:00:00.1Z", "2026-03-02T10:00:00.123456Z",
    "2026-03-02T10:00:00.1234565Z", "2026-03-02T10:00:00.12345649999Z", "2026-03-02T10:59:59.9999995Z",
    "2026-02-28T23:59:59.9999999Z", "2026-03-02T10:00:60Z", "2026-03-02T24:00:00Z", "2026-02-29T10:00:00Z",
    "2024-02-29T10:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00+0100",
    "2026-03-02T10:00:00+01", "2026-03-02T10:00:00-00:00", "2026-03-02T10:00:00+24:00", "2026-03-02T10:00:00+23:59",
    "2026-03-02T10:00:00+23:60", "2026-03-02T10:00:00-23:59", "9999-12-31T23:59:59.9999999Z", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "2000-01-01T00:00:00Z", "1999-12-31T23:59:59.9999999Z", "1999-12-31T23:30:00-01:00",
    "20260302T100000Z", " 2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z ", "2026-03-02T10:00:00,5Z", "2026-03-02",
    "2026-03-02T1:00:00Z", "2026-03-02T10:00:00.12x456Z", "2026-03-02T10:00:00.123456", "２026-03-02T10:00:00Z",
)  # fmt: skip
BYTES = (
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xe2\x82",
    b"\xf0\x9f\x98\x80",
    b"\xf4\x90\x80\x80",
)


def spoiled(record: bytes, draw: random.Random) -> bytes:
    """The record with up to two changes; one in eight stays as it is."""
    for _ in range(draw.choice((0, 1, 1, 1, 1, 1, 2, 2))):
        record = draw.choice((_with_value, _with_value, _with_time, _with_more, _without, _with_bytes, _cut))(
            record, draw
        )
    return record


def _fields(record: bytes) -> list[tuple[str, str]] | None:
    """Names and values as they are written; None for a record that is broken already."""
    try:
        whole = json.loads(record)
    except ValueError:
        return None
    return [(json.dumps(name), json.dumps(value)) for name, value in whole.items()] if isinstance(whole, dict) else None


def _written(fields: list[tuple[str, str]], draw: random.Random) -> bytes:
    comma, colon = draw.choice(((",", ":"), (" , ", ": "), (",\n\t", " :\r\n")))
    body = comma.join(name + colon + value for name, value in fields)
    return (draw.choice(("{", " {")) + body + draw.choice(("}", "}\n", " }"))).encode(errors="surrogatepass")


def _with_value(record: bytes, draw: random.Random) -> bytes:
    if not (fields := _fields(record)):
        return record
    place = draw.randrange(len(fields))
    fields[place] = fields[place][0], draw.choice(VALUES)
    return _written(fields, draw)


def _with_time(record: bytes, draw: random.Random) -> bytes:
    if not (fields := _fields(record)):
        return record
    at = f'"{draw.choice(TIMES)}"'
    return _written([(name, at if name == '"occurred_at"' else value) for name, value in fields], draw)


def _with_more(record: bytes, draw: random.Random) -> bytes:
    """One more field, known or not, perhaps for the second time."""
    if (fields := _fields(record)) is None:
        return record
    names = (
        "more",
        "kind",
        "k\\u0069nd",
        "visitor_id",
        "customer_id",
        "scroll_ratio",
        "quantity",
        "position",
        "country",
    )
    fields.insert(draw.randrange(len(fields) + 1), (f'"{draw.choice(names)}"', draw.choice(VALUES)))
    return _written(fields, draw)


def _without(record: bytes, draw: random.Random) -> bytes:
    if not (fields := _fields(record)):
        return record
    del fields[draw.randrange(len(fields))]
    return _written(fields, draw)


def _with_bytes(record: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(record) + 1)
    wide = draw.randrange(3)
    return record[:place] + draw.choice((*BYTES, *(bytes([n]) for n in b'"\\{}[],:0e.- x'))) + record[place + wide :]


def _cut(record: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(record) + 1)
    return draw.choice((record[:place], record + b"x", record + record, b"\xef\xbb\xbf" + record, b"[" + record + b"]"))
