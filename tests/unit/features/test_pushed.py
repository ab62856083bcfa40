import pytest

from tillstream.features.online.pushed import decode_pushed, encode_pushed, pushed_key, pushed_prefix

NOW_US = 1_772_000_000_123_456


@pytest.mark.parametrize("at_us", [0, 1, NOW_US, -NOW_US])
def test_a_pushed_row_comes_back_with_its_instant(at_us: int) -> None:
    row = encode_pushed(at_us, NOW_US, {"price": b"\x00\xff", "name": b""})
    assert decode_pushed(row) == (at_us, {"price": b"\x00\xff", "name": b""})


def test_the_first_bytes_say_which_row_is_newer() -> None:
    rows = [encode_pushed(at, made, {}) for at, made in ((-5, 9), (0, 9), (NOW_US, 0), (NOW_US, 1), (NOW_US + 1, 0))]
    order = [(int(row[:17]), int(row[17:34])) for row in rows]
    assert order == sorted(order)


def test_a_view_owns_the_keys_that_begin_with_its_prefix_and_no_two_ids_share_one() -> None:
    one, other = pushed_key("shop", "v", {"a": "1,b", "b": "2"}), pushed_key("shop", "v", {"b": "2", "a": "1,b"})
    assert one == other
    assert one != pushed_key("shop", "v", {"a": "1", "b": "b2"})
    assert pushed_key("shop", "v", {"a": 1}) != pushed_key("shop", "v", {"a": "1"})
    assert one.startswith(pushed_prefix("shop", "v"))
    assert not pushed_key("shop", "vv", {"a": "1"}).startswith(pushed_prefix("shop", "v"))
