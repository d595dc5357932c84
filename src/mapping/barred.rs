//! Who must not be called by a column of the row's own: a flag, a consent that was refused, a status.

use std::sync::Arc;

use crate::phone::unwanted::is_said_by_status;

use super::DoNotCallFlag;
use super::columns::{Consent, Flag, consent, flag};
use super::template::RowInHand;
use super::value::Column;

/// The columns that may bar a row.
#[derive(Debug, Default)]
pub(super) struct BarringColumns {
    /// They say who must not be called: whatever is not clearly no bars the row.
    pub(super) do_not_call: Vec<Column>,
    /// They say who may be called: a clear no bars the row.
    pub(super) may_call: Vec<Column>,
    /// They say how a lead stands: a few words bar the row.
    pub(super) statuses: Vec<Column>,
}

impl BarringColumns {
    /// What bars `row`; `None` where nothing does.
    pub(super) fn flag_of(&self, row: &RowInHand<'_>) -> Option<DoNotCallFlag> {
        let flagged = first(&self.do_not_call, row, |value| flag(value) != Flag::No);
        let flagged = flagged.map(|it| DoNotCallFlag { is_clear: flag(&it.value) == Flag::Yes, ..it });
        flagged
            .or_else(|| first(&self.may_call, row, |value| consent(value) == Consent::Refused))
            .or_else(|| first(&self.statuses, row, is_said_by_status))
    }
}

fn first(columns: &[Column], row: &RowInHand<'_>, bars: impl Fn(&str) -> bool) -> Option<DoNotCallFlag> {
    columns.iter().find_map(|column| {
        let value = column.trimmed(row);
        let flag = || DoNotCallFlag { column: Arc::clone(&column.name), value: value.to_owned(), is_clear: true };
        bars(value).then(flag)
    })
}
