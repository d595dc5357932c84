//! Why a number is not called.

use super::{Entry, entry};

pub(super) const PHONE_NUMBERS: &[Entry] = &[
    entry(
        "phone_empty",
        "the cell is empty, or holds a word that says so (n/a, none, unbekannt, -)",
        "fill in the number, or leave the row out",
    ),
    entry(
        "phone_no_country",
        "the number does not name its country and there is no region to read it for",
        "write `+49 …`, or give `--region DE`, or name the column with the country (`--region-column`)",
    ),
    entry("phone_too_short", "fewer digits than any number of that country", "look the number up: digits are missing"),
    entry(
        "phone_too_long",
        "more digits than any number of that country, or than E.164 allows (15)",
        "look the number up: there are digits too many, or two numbers in one",
    ),
    entry(
        "phone_invalid",
        "the right length, but no such numbers are given out in that country",
        "look the number up: it cannot be dialled",
    ),
    entry("phone_no_such_country", "no country has the calling code after the +", "correct the code after the +"),
    entry(
        "phone_not_a_number",
        "text that is not a phone number: words, an IBAN, a price, an IP address, an invoice number",
        "see whether the right column is called (`--phone-column`); else correct the cell",
    ),
    entry(
        "phone_letter_in_number",
        "a letter between the digits, as an O for a 0 or an l for a 1",
        "write the digit in its place",
    ),
    entry(
        "phone_is_email",
        "an e-mail address",
        "see whether the right column is called (`--phone-column`); else correct the cell",
    ),
    entry(
        "phone_is_url",
        "a web address that is no link to a phone number",
        "see whether the right column is called (`--phone-column`); else correct the cell",
    ),
    entry(
        "phone_is_date",
        "a date or a time",
        "see whether the right column is called; a number that the spreadsheet took for a date is lost there: format the column as text, and export again",
    ),
    entry(
        "phone_is_fax",
        "the only number is labelled as a fax, in its cell or in the column of its type (`Phone 1 - Label`: `Work Fax`)",
        "give a number that can be called",
    ),
    entry(
        "phone_not_wanted",
        "words beside the number say that it is not to be called (`0171 … nicht anrufen`, `wrong number`)",
        "nothing; where the words are out of date, take them out of the cell",
    ),
    entry(
        "phone_spreadsheet_error",
        "a spreadsheet's error, formula or the value of one: the number is gone",
        "repair the formula, and export again",
    ),
    entry(
        "phone_lossy",
        "a number that the spreadsheet rounded (`4.91512E+12`), or what is left of one that it opened again: eleven digits or more of which all but the first six are zeros, without `+`, space or mark (`491512000000`)",
        "format the column as text, and export it again from where the numbers are whole; a number that really ends so is written with +",
    ),
    entry(
        "phone_masked",
        "digits are hidden or cut off (`+49 30 2312****`, `030 2312…`): what is left may be somebody else's number",
        "get the whole number",
    ),
    entry("phone_placeholder", "a filler such as 0000000000 or 1234567890", "get the number, or leave the row out"),
    entry(
        "phone_ambiguous",
        "the digits can be read in several ways, each of them a valid number: `+0151 …` is one at home with a `+` too many, or one abroad with a `0` too many",
        "write it with + and its country code, or as it is dialled at home",
    ),
    entry(
        "phone_type_not_called",
        "a number of a type that is not called: premium-rate or shared-cost, or a type that is not among `--types`",
        "nothing; `--types` says which types are called",
    ),
    entry(
        "phone_uncertain",
        "a reading that is likely, but not certain, where `--no-repair` asks for certain ones",
        "see whether the reading is right, and write the number with + and its country code",
    ),
    entry("phone_cell_too_long", "the cell is longer than 300 bytes", "leave only the number in the cell"),
    entry(
        "region_unknown",
        "the column with the country holds something that is no country, and the number does not name its own",
        "write the country's code or name (`DE`, `Germany`), or the number with +",
    ),
];
