import re
import uuid

from app.ground import ids


def test_ids_sort_by_the_time_they_were_made():
    made = [ids.new_id() for _ in range(2)]
    later = []
    for _ in range(50):
        before = ids.new_id()
        while (after := ids.new_id())[:15] == before[:15]:
            pass
        later.append((before, after))

    assert len(set(made)) == 2
    assert all(before < after for before, after in later)


def test_an_id_is_a_version_7_uuid():
    made = uuid.UUID(ids.new_id())

    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_ids_made_in_a_burst_are_all_different():
    assert len({ids.new_id() for _ in range(5_000)}) == 5_000


def test_a_token_has_256_random_bits_and_needs_no_escaping_in_a_url():
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ids.new_token())


def test_the_hash_of_a_token_takes_any_text():
    assert ids.hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(ids.hash_token("\ud800 \x00 ü")) == 64


def test_a_one_time_code_is_six_digits():
    assert all(re.fullmatch(r"[0-9]{6}", ids.new_one_time_code()) for _ in range(200))


def test_a_link_code_has_no_characters_that_look_alike_on_a_photograph():
    codes = "".join(ids.new_link_code() for _ in range(200))

    assert len(codes) == 1600
    assert not set(codes) & set("0DOQ5SB81I2ZG3")
