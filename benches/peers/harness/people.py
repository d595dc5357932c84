"""Invented people, always the same ones: CSV, JSON Lines and XLSX files of any length.

Their numbers come only from ranges that are kept free for fiction: 555-01xx in countries of the North American plan, and
what Ofcom, the Bundesnetzagentur, ARCEP, ACMA and PTS name for film and television. There are too few of them for a million
leads, so each campaign (a column) has the same numbers again: a number in another campaign is another lead.

Run as a program, so that the one who measures does not grow: `people.py csv|e164|jsonl|xlsx ROWS FILE`.
"""

import json
import sys
import zipfile
from xml.sax.saxutils import escape

COLUMNS = ["phone_number", "country", "first_name", "last_name", "company", "city", "email", "campaign"]
PHONE, COUNTRY, CAMPAIGN = 0, 1, 7

US_AREAS = "201 202 206 210 212 213 214 215 216 240 248 281 301 303 305 310 312 313 314 316 317 323 330 352 360 401 402 404 405 407 408 410 412 414 415 417 423 425 432 440 480 501 502 503 504 505 508 510 512 513 515 517 518 530 559 561 602 603 605 606 609 612 614 615 616 617 619 626 630 650 661 702 703 704 713 714 716 717 718 719 720 727 732 757 760 770 775 801 803 804 805 808 813 816 817 818 832 843 850 858 901 903 904 907 910 913 915 916 917 918 919 925 949 951 954 970 972 973 985".split()
CA_AREAS = "204 226 236 249 250 289 306 343 403 416 418 431 437 438 450 506 514 519 548 579 581 587 604 613 639 647 705 709 778 780 807 819 867 873 902 905".split()


def north_american(code, areas):
    """`NPA-555-01xx`."""
    numbers = [(area, "555", f"01{last:02}") for area in areas for last in range(100)]
    return {
        "code": code,
        "numbers": [(f"+1{a}{b}{c}", (f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"+1 {a}-{b}-{c}", f"1 {a} {b} {c}")) for a, b, c in numbers],
    }


def with_trunk_zero(code, dial, blocks):
    """`blocks`: area code without its zero, the digits that are given, how many follow."""
    numbers = []
    for area, given, free in blocks:
        for last in range(10**free):
            rest = f"{given}{last:0{free}}"
            middle = len(rest) // 2
            split = f"{rest[:middle]} {rest[middle:]}"
            numbers.append((f"+{dial}{area}{rest}", (f"0{area} {split}", f"+{dial} {area} {split}", f"0{area}/{rest}", f"00{dial} {area} {rest}")))
    return {"code": code, "numbers": numbers}


def countries():
    """Each with its share of a hundred rows."""
    uk = [("20", "79460", 3), ("113", "4960", 3), ("114", "4960", 3), ("116", "4960", 3), ("117", "4960", 3), ("118", "4960", 3), ("121", "4960", 3), ("131", "4960", 3), ("141", "4960", 3), ("151", "4960", 3), ("161", "4960", 3), ("191", "4980", 3)]
    de = [("30", "23125", 3), ("69", "90009", 3), ("40", "66969", 3), ("221", "4710", 3), ("89", "99998", 3)]
    fr = [("1", "9900", 4), ("2", "6191", 4), ("3", "5301", 4), ("4", "6571", 4), ("5", "3649", 4)]
    au = [(area, given, 4) for area in "2378" for given in ("5550", "7010")]
    se = [("8", "46500", 3), ("31", "39006", 2), ("40", "62804", 2)]
    # PTS gives 08-465 004 00 to 99 only.
    se[0] = ("8", "465004", 2)
    return [
        (with_trunk_zero("DE", 49, de), 26),
        (north_american("US", US_AREAS), 20),
        (with_trunk_zero("GB", 44, uk), 16),
        (with_trunk_zero("FR", 33, fr), 14),
        (with_trunk_zero("AU", 61, au), 14),
        (north_american("CA", CA_AREAS), 5),
        (with_trunk_zero("SE", 46, se), 2),
        (north_american("DO", ["809", "829", "849"]), 1),
        (north_american("PR", ["787", "939"]), 1),
        (north_american("JM", ["876", "658"]), 1),
    ]


FIRST = "Ada Grace Alan Edsger Barbara Donald Hedy Katherine Linus Margaret Dennis Frances Niklaus Radia Tony Sophie Ken Adele Claude Mary".split()
LAST = "Example Sample Muster Beispiel Placeholder Fiction Novel Chapter Stanza Prologue Epilogue Sonnet Ballad Fable Legend Saga".split()
COMPANY = ["Example Trading & Partners", "Sample Logistics International", "Muster Maschinenbau GmbH", "Fiction Films and Stages", "Placeholder Publishing House", "Chapter One Book Sellers", "Imaginary Insurance Group", "Nowhere Networks and Sons"]
CITY = ["Berlin", "Frankfurt am Main", "Hamburg", "Lyon", "Sydney", "Adelaide", "San Antonio", "Washington", "Birmingham", "Edinburgh", "Stockholm", "Montreal", "Santo Domingo", "San Juan", "Kingston", "Marseille"]
# One row in a hundred has what cannot be called or has to be repaired.
DAMAGED = ["n/a", "0", "030 231", "ada@example.com", "4.93023E+11", "see notes", "0000000000", "--"]


def order_of_countries(shares):
    """A hundred places, each country spread over them evenly."""
    places = [((turn + 0.5) / share, country) for country, share in shares for turn in range(share)]
    return [country for _, country in sorted(places, key=lambda place: (place[0], place[1]["code"]))]


def rows(count, kind):
    """`csv`: numbers as people write them, over many campaigns. `e164`: only good numbers, each once, campaign 7."""
    shares = countries()
    order = order_of_countries(shares)
    used = {country["code"]: 0 for country, _ in shares}
    made = index = 0
    while made < count:
        country = order[index % len(order)]
        index += 1
        numbers, turn = country["numbers"], used[country["code"]]
        if kind == "e164" and turn >= len(numbers):
            if all(used[c["code"]] >= len(c["numbers"]) for c, _ in shares):
                raise SystemExit("there are not so many numbers for fiction")
            continue
        used[country["code"]] = turn + 1
        yield person(made, country, turn, kind)
        made += 1


def person(row, country, turn, kind):
    e164, written = country["numbers"][turn % len(country["numbers"])]
    campaign = turn // len(country["numbers"]) + 1
    phone = written[row % 4]
    if kind == "e164":
        phone, campaign = e164, 7
    elif row % 100 == 57:
        phone = DAMAGED[row // 100 % len(DAMAGED)]
    first, last = FIRST[row % len(FIRST)], LAST[row // 7 % len(LAST)]
    company, city = COMPANY[row // 3 % len(COMPANY)], CITY[row // 5 % len(CITY)]
    email = f"{first}.{last}.{row}@mailbox.customers-of-nobody.example.com".lower()
    return [phone, country["code"], first, last, company, city, email, str(campaign)]


def write_csv(file, count, kind):
    with open(file, "w", encoding="utf-8", newline="") as out:
        out.write(",".join(COLUMNS) + "\r\n")
        for row in rows(count, kind):
            out.write(",".join(row) + "\r\n")


def write_jsonl(file, count):
    with open(file, "w", encoding="utf-8") as out:
        for row in rows(count, "csv"):
            out.write(json.dumps(dict(zip(COLUMNS, row)), ensure_ascii=False, separators=(",", ":")) + "\n")


CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
RELATIONSHIPS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
WORKBOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>"""
WORKBOOK_RELATIONSHIPS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def write_xlsx(file, count):
    """As Excel writes it: every text once, in a table that the cells share."""
    texts = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        book.writestr("[Content_Types].xml", CONTENT_TYPES)
        book.writestr("_rels/.rels", RELATIONSHIPS)
        book.writestr("xl/workbook.xml", WORKBOOK)
        book.writestr("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONSHIPS)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(sheet_row(1, COLUMNS, texts))
            for number, row in enumerate(rows(count, "csv"), 2):
                sheet.write(sheet_row(number, row, texts))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{MAIN}" count="{(count + 1) * len(COLUMNS)}" uniqueCount="{len(texts)}">'.encode())
            for text in texts:
                shared.write(f"<si><t>{escape(text)}</t></si>".encode())
            shared.write(b"</sst>")


def sheet_row(number, cells, texts):
    shown = (f'<c r="{letter}{number}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>' for letter, text in zip("ABCDEFGH", cells))
    return f'<row r="{number}">{"".join(shown)}</row>'.encode()


def main():
    kind, count, file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if kind == "xlsx":
        write_xlsx(file, count)
    elif kind == "jsonl":
        write_jsonl(file, count)
    else:
        write_csv(file, count, kind)


if __name__ == "__main__":
    main()
