//! What can be wrong with a row, a mapping or a group.

use super::{Entry, entry};

pub(super) const READING: &[Entry] = &[
    entry(
        "row_too_short",
        "fewer cells than the header has columns, and a number where the other rows have none: a cell is missing in the middle, and those after it have moved",
        "put the missing cell into its place, or export the file again",
    ),
    entry(
        "row_too_long",
        "more cells than the header has columns, in a row that sticks out: most often a delimiter inside a cell without quotes; in a workbook: text outside the table, in a column without a name",
        "quote the cell, or export the file again; in a workbook give the column a name, or clear the cell",
    ),
    entry("row_not_utf8", "bytes that are not UTF-8", "save the file as \"CSV UTF-8\""),
    entry(
        "undecodable",
        "bytes that the file's encoding has no character for",
        "name the right one by `--encoding`, or save the file as \"CSV UTF-8\"",
    ),
    entry(
        "cell_too_long",
        "a cell longer than `--max-cell` (1 MiB)",
        "shorten the cell; where it is meant so, raise `--max-cell`",
    ),
    entry(
        "line_too_long",
        "a row longer than is held in memory",
        "see whether it is one row: most often a quote or a line break is missing",
    ),
    entry(
        "unclosed_quote",
        "a quote that is opened and never closed. The row that opened it is given up, the lines after it are read as rows",
        "close the quote, or double it where it is meant as a character",
    ),
    entry("invalid_json", "a line of a JSON Lines file that is not JSON", "export the file again"),
    entry(
        "not_a_json_object",
        "a line that is JSON, but no object",
        "write each record as an object, with the columns' names",
    ),
    entry(
        "too_many_columns",
        "the records have more different members than can be columns: values are used as names",
        "export the records so that each has the same names",
    ),
    entry(
        "column_name_too_long",
        "a member's name is too long to be a column's",
        "export the records so that names are short",
    ),
];

pub(super) const MAPPING: &[Entry] = &[
    entry(
        "mapping_template",
        "a template failed on this row",
        "correct the cell, or the template (`default` filters what is empty)",
    ),
    entry(
        "mapping_type",
        "the cell is not of the type that the mapping gives: `abc` as a number",
        "correct the cell, or the type in the mapping",
    ),
    entry("name_missing", "PollyBot: there is no name", "fill in the name"),
    entry("email_missing", "PollyBot: there is no e-mail address", "fill in the address"),
    entry("email_invalid", "PollyBot: that is no e-mail address", "correct the address"),
    entry(
        "campaign_missing",
        "the row names no campaign, and no `--campaign` was given",
        "fill it in, or give `--campaign` for such rows",
    ),
    entry(
        "campaign_unknown",
        "the row names a campaign that the platform does not have, or that several share the name of",
        "correct the name, or write the campaign's id",
    ),
];

pub(super) const REMARKS: &[Entry] = &[
    entry(
        "other_phone_called",
        "the row has a number in an earlier column that cannot be dialled, so another column's is called: which, and why",
        "correct the first number if that one is wanted: a corrected number is another lead",
    ),
    entry(
        "country_differs",
        "the number is of another country than the row's country column says; it is called as it stands",
        "see which of the two is right",
    ),
];

pub(super) const GROUPS: &[Entry] = &[
    entry(
        "group_primary_invalid",
        "the primary contact's row cannot be called, so nobody of the group is",
        "correct that row",
    ),
    entry(
        "group_two_primaries",
        "more than one row is marked as primary; the first is taken (a note, not a fault)",
        "mark one of them",
    ),
    entry(
        "group_scattered",
        "the group stood already further up, with other rows in between",
        "`--scattered` puts its rows together, or sort the file by the columns that group it",
    ),
    entry(
        "group_mixed_campaigns",
        "rows of one group name different campaigns; none of them is sent",
        "give all rows of the group one campaign",
    ),
    entry(
        "group_too_long",
        "the group has more than 10,000 rows; only those are looked at",
        "see whether the right columns group the rows (`--group-by`)",
    ),
    entry(
        "secondary_is_primary",
        "a secondary contact has the primary contact's number",
        "nothing: the number is called once",
    ),
    entry(
        "secondary_repeated",
        "two secondary contacts have the same number; the first is taken",
        "nothing: the number is called once",
    ),
    entry(
        "secondary_without_number",
        "a secondary contact without a number",
        "fill in the number, or clear the contact's cells",
    ),
    entry(
        "secondaries_not_taken",
        "the row has secondary contacts, and the platform file that describes the platform has no place for them",
        "leave those columns out (`--exclude`), or give them a place in the platform file",
    ),
    entry("too_many_secondaries", "an eleventh secondary contact", "leave ten of them: no platform takes more"),
    entry(
        "strict",
        "one of the above, and `--strict` says that such a lead is not sent at all; that somebody is on a do-not-call list is no such fault",
        "correct what the sentence names, or leave out `--strict`",
    ),
];
