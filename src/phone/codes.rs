//! The stable codes of this room.

use super::Repair;

/// Every code that a [`super::Refusal`] can have; [`crate::reasons`] says what it means.
pub const REFUSALS: &[&str] = &[
    "phone_empty",
    "phone_no_country",
    "phone_too_short",
    "phone_too_long",
    "phone_invalid",
    "phone_no_such_country",
    "phone_not_a_number",
    "phone_letter_in_number",
    "phone_is_email",
    "phone_is_url",
    "phone_is_date",
    "phone_is_fax",
    "phone_not_wanted",
    "phone_spreadsheet_error",
    "phone_lossy",
    "phone_masked",
    "phone_placeholder",
    "phone_ambiguous",
    "phone_type_not_called",
    "phone_uncertain",
    "phone_cell_too_long",
];

/// Every code of a [`Repair`], with what was done.
pub const REPAIRS: &[(Repair, &str)] = &[
    (SCIENTIFIC_NOTATION, "a number in scientific notation was written out (4.915123456789E+12)"),
    (DECIMAL_TAIL_REMOVED, "the .0 of a spreadsheet's number was taken off"),
    (THOUSANDS_SEPARATORS_REMOVED, "the separators of thousands were taken out"),
    (FORMULA_UNWRAPPED, "the number was taken out of a formula (=\"030…\", =49…)"),
    (LINK_READ, "the number was taken out of a link (tel:, wa.me, an HTML anchor)"),
    (DAMAGED_CHARACTERS_REMOVED, "characters that an earlier program had already destroyed were taken out"),
    (LABEL_REMOVED, "a word before the number was taken off (Tel.:)"),
    (TRAILING_TEXT_REMOVED, "words after the number were cut off"),
    (EXTENSION_REMOVED, "the extension was taken off: it is not dialled"),
    (FIRST_OF_SEVERAL, "the cell holds several valid numbers: the first is the one that counts"),
    (INVALID_PART_SKIPPED, "a part of the cell that is no valid number was passed over"),
    (FAX_SKIPPED, "a number labelled as a fax was passed over"),
    (TYPE_SKIPPED, "a number of a type that is not called was passed over"),
    (FIRST_OF_RANGE, "a range of lines (030 123456/57): the first is taken"),
    (LETTERS_TO_DIGITS, "letters were read as the digits on a telephone's keys (1-800-FLOWERS)"),
    (COUNTRY_CODE_WITHOUT_PLUS, "the number begins with its country code, but without + or 00"),
    (READ_AT_HOME, "the digits may begin with a country code without its +: they were read as a number at home"),
    (
        TRUNK_PREFIX_REMOVED,
        "the (0) after the country code, or another prefix that is dialled at home only, was left out",
    ),
    (LEADING_ZERO_RESTORED, "a 0 at the start that belongs to the number and was lost was put back"),
    (COUNTRY_CODE_TWICE, "the country code was written twice"),
    (MAY_BE_ROUNDED, "five zeros or more at its end: it may be what a spreadsheet left of another number"),
    (MOBILE_ONE_REMOVED, "the 1 that Mexico's mobiles had after +52 until 2019 was left out"),
];

pub(super) const SCIENTIFIC_NOTATION: Repair = "scientific_notation";
pub(super) const DECIMAL_TAIL_REMOVED: Repair = "decimal_tail_removed";
pub(super) const THOUSANDS_SEPARATORS_REMOVED: Repair = "thousands_separators_removed";
pub(super) const FORMULA_UNWRAPPED: Repair = "formula_unwrapped";
pub(super) const LINK_READ: Repair = "link_read";
pub(super) const DAMAGED_CHARACTERS_REMOVED: Repair = "damaged_characters_removed";
pub(super) const LABEL_REMOVED: Repair = "label_removed";
pub(super) const TRAILING_TEXT_REMOVED: Repair = "trailing_text_removed";
pub(super) const EXTENSION_REMOVED: Repair = "extension_removed";
pub(super) const FIRST_OF_SEVERAL: Repair = "first_of_several";
pub(super) const INVALID_PART_SKIPPED: Repair = "invalid_part_skipped";
pub(super) const FAX_SKIPPED: Repair = "fax_skipped";
pub(super) const TYPE_SKIPPED: Repair = "type_skipped";
pub(super) const FIRST_OF_RANGE: Repair = "first_of_range";
pub(super) const LETTERS_TO_DIGITS: Repair = "letters_to_digits";
pub(super) const COUNTRY_CODE_WITHOUT_PLUS: Repair = "country_code_without_plus";
pub(super) const READ_AT_HOME: Repair = "read_at_home";
pub(super) const TRUNK_PREFIX_REMOVED: Repair = "trunk_prefix_removed";
pub(super) const LEADING_ZERO_RESTORED: Repair = "leading_zero_restored";
pub(super) const COUNTRY_CODE_TWICE: Repair = "country_code_twice";
pub(super) const MAY_BE_ROUNDED: Repair = "may_be_rounded";
pub(super) const MOBILE_ONE_REMOVED: Repair = "mobile_one_removed";
