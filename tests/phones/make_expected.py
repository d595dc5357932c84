#!/usr/bin/env python3
"""Writes expected.tsv beside this script: numbers of every region and type, and what Python's `phonenumbers` says of each.

It is an independent implementation of the same rules, so what it says is what the phone room is held to
(`the_phone_room_agrees_with_an_independent_implementation`). To make the table again:

    pip install phonenumbers==9.0.42
    python3 tests/phones/make_expected.py

The table is made of the library's example numbers and of mutations of them, without chance: the same version of the
library writes the same bytes. Its columns: the cell, the region it is read for, what was done to the example, the number in
E.164 (empty: not valid), its type, its extension. Every number is an example of the library, or one digit away from one.
"""

import pathlib

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

TYPES = {
    "mobile": PhoneNumberType.MOBILE,
    "fixed": PhoneNumberType.FIXED_LINE,
    "toll-free": PhoneNumberType.TOLL_FREE,
    "premium": PhoneNumberType.PREMIUM_RATE,
    "shared-cost": PhoneNumberType.SHARED_COST,
    "voip": PhoneNumberType.VOIP,
    "personal": PhoneNumberType.PERSONAL_NUMBER,
    "pager": PhoneNumberType.PAGER,
    "company": PhoneNumberType.UAN,
    "voicemail": PhoneNumberType.VOICEMAIL,
}
NAMES = {kind: name for name, kind in TYPES.items()} | {
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed-or-mobile",
    PhoneNumberType.UNKNOWN: "unknown",
}
# Another region to read a number for that names its own country.
STRANGERS = ["US", "DE", "IT", "BR", "RU", "KR", "JP"]


def written(number, form):
    return phonenumbers.format_number(number, form)


def mutations(number, region, turn):
    """Cells that people make of a number, with the region that each is read for."""
    e164 = written(number, PhoneNumberFormat.E164)
    national = written(number, PhoneNumberFormat.NATIONAL)
    significant = phonenumbers.national_significant_number(number)
    code = str(number.country_code)
    stranger = STRANGERS[turn % len(STRANGERS)]
    yield "e164", e164, stranger
    yield "national", national, region
    # The rest of them in turn, so that the table stays small and every mutation meets every kind of region.
    if phonenumbers.number_type(number) == PhoneNumberType.MOBILE:
        yield "without-plus", code + significant, region
    others = [
        ("international", written(number, PhoneNumberFormat.INTERNATIONAL), stranger),
        ("zeros", "00" + e164[1:], region),
        ("digits", "".join(c for c in national if c.isdigit()), region),
        ("spaced", "+" + code + " " + " ".join(significant[i : i + 3] for i in range(0, len(significant), 3)), region),
        ("dashes", national.replace(" ", "-"), region),
        ("bare", significant, region),
        ("too-short", e164[:-2], region),
        ("too-long", e164 + "55", region),
        ("extension", national + " ext. 12", region),
        ("dots", "+" + code + "." + significant, stranger),
        ("brackets", "(+" + code + ") " + significant, stranger),
        ("slashes", national.replace(" ", " / "), region),
        ("zero-too-many", "0" + significant, region),
        ("other-digit", e164[:-1] + str((int(e164[-1]) + 1) % 10), region),
        ("other-range", "+" + code + str((int(significant[0]) + 5) % 10) + significant[1:], region),
        ("no-region", e164, None),
    ]
    for offset in range(3):
        yield others[(3 * turn + offset) % len(others)]


def reading(cell, region):
    """What the library says: the number in E.164 where it is valid, its type, its extension."""
    try:
        number = phonenumbers.parse(cell, region)
    except phonenumbers.NumberParseException:
        return "", "", ""
    if not phonenumbers.is_valid_number(number):
        return "", "", ""
    kind = NAMES[phonenumbers.number_type(number)]
    return written(number, PhoneNumberFormat.E164), kind, number.extension or ""


def rows():
    turn = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        seen = set()
        for name, kind in TYPES.items():
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None or written(number, PhoneNumberFormat.E164) in seen:
                continue
            seen.add(written(number, PhoneNumberFormat.E164))
            for mutation, cell, home in mutations(number, region, turn):
                yield [cell, home or "", mutation, *reading(cell, home)]
            turn += 1


def main():
    table = pathlib.Path(__file__).with_name("expected.tsv")
    with table.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f"# made by make_expected.py with phonenumbers {phonenumbers.__version__}\n")
        out.write("# cell\tregion\tmutation\te164\ttype\textension\n")
        for row in rows():
            out.write("\t".join(row) + "\n")


if __name__ == "__main__":
    main()
