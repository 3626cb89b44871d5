"""References are read however they are written down, and every single slip is found."""

from __future__ import annotations

import re
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.reference import ALPHABET, LENGTH, Fault, UnreadableReferenceError, new_reference, read_reference

RANDOM = Random(7)
SOME = [new_reference(RANDOM) for _ in range(200)]


def fault_of(text: str) -> Fault:
    with pytest.raises(UnreadableReferenceError) as caught:
        read_reference(text)
    return caught.value.fault


def replaced(text: str, place: int, sign: str) -> str:
    return text[:place] + sign + text[place + 1 :]


def test_a_reference_is_grouped_in_fours_and_reads_as_itself() -> None:
    for reference in SOME:
        assert re.fullmatch(rf"DV(-[{ALPHABET}]{{4}}){{3}}", reference)
        assert read_reference(reference) == reference


def test_no_sign_is_taken_for_another() -> None:
    assert not set(ALPHABET) & set("01OILQDBSZGTUVJNRWF")
    assert len(set(ALPHABET)) == len(ALPHABET) == 17


def test_every_single_wrong_sign_is_found() -> None:
    for reference in SOME[:60]:
        signs = reference[2:].replace("-", "")
        for place in range(LENGTH):
            for sign in ALPHABET:
                if sign != signs[place]:
                    assert fault_of(replaced(signs, place, sign)) is Fault.CHECK


def test_every_swap_of_neighbours_is_found_and_of_any_two_signs() -> None:
    for reference in SOME[:60]:
        signs = reference[2:].replace("-", "")
        for first in range(LENGTH):
            for second in range(first + 1, LENGTH):
                if signs[first] != signs[second]:
                    swapped = replaced(replaced(signs, first, signs[second]), second, signs[first])
                    assert fault_of(swapped) is Fault.CHECK


def test_any_typed_letter_or_digit_is_right_or_refused() -> None:
    """Whatever single key is pressed in place of a sign, it reads as that sign or as no reference at all."""
    keys = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯЁЪЫЭ"
    for reference in SOME[:20]:
        signs = reference[2:].replace("-", "")
        for place in range(LENGTH):
            for key in keys + keys.lower():
                typed = replaced(signs, place, key)
                with suppress(UnreadableReferenceError):
                    assert read_reference(typed) == reference


def test_a_lost_or_doubled_sign_is_found() -> None:
    for reference in SOME[:60]:
        signs = reference[2:].replace("-", "")
        for place in range(LENGTH):
            assert fault_of(signs[:place] + signs[place + 1 :]) is Fault.LENGTH
            assert fault_of(signs[:place] + signs[place] + signs[place:]) is Fault.LENGTH


def test_it_may_be_written_in_cyrillic_lower_case_with_spaces_and_without_the_prefix() -> None:
    for reference in SOME:
        cyrillic = reference.translate(str.maketrans("ACEHKMPXYDV", "АСЕНКМРХУДВ"))
        assert read_reference(cyrillic) == reference
        assert read_reference(cyrillic.lower()) == reference
        assert read_reference(f"  № {reference.lower().replace('-', ' ')}. ") == reference
        assert read_reference(reference[3:]) == reference
        assert read_reference(reference.replace("-", "—")) == reference


def test_look_alikes_are_read_as_what_is_meant() -> None:
    reference = next(code for code in SOME if "3" in code and "5" in code and "8" in code)
    assert read_reference(reference.replace("3", "З").replace("5", "S").replace("8", "В")) == reference
    assert fault_of(replaced(SOME[0], 4, "O")) is Fault.SIGN
    assert fault_of("") is Fault.LENGTH


def test_it_never_spells_a_word() -> None:
    assert not any(re.search("[A-Z]{3}", code[3:].replace("-", "")) for code in SOME)


def test_guessing_is_hopeless() -> None:
    """Strings of eleven signs with no three letters together are counted: more than 2 to the 43rd."""
    letters = sum(sign.isalpha() for sign in ALPHABET)
    digits = len(ALPHABET) - letters
    ending_in = [1, 0, 0]
    for _ in range(LENGTH - 1):
        ending_in = [digits * sum(ending_in), letters * ending_in[0], letters * ending_in[1]]
    assert sum(ending_in) > 2**43
    assert len({new_reference(RANDOM) for _ in range(5_000)}) == 5_000


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UnreadableReferenceError):
        assert read_reference(read_reference(text)) == read_reference(text)
