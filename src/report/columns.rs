//! What the columns of an input are used as, told before anything is sent.

use schemars::JsonSchema;
use serde::Serialize;

use crate::mapping::ColumnUse;

/// What a column of an input is used as, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnNote {
    /// The input.
    pub file: String,
    /// The column and its use.
    #[serde(flatten)]
    pub used: ColumnUse,
}

impl ColumnNote {
    /// A line for people; `None` for what is used in no way of its own.
    pub(crate) fn line(&self) -> Option<String> {
        let ColumnUse { column, used_as, reason } = &self.used;
        let what = match *used_as {
            "phone" => format!("{column:?} is called"),
            "other_phone" => format!("{column:?} is called where the columns before have no number"),
            "further_phone" => {
                format!("{column:?} is a secondary contact, or called where the columns before have no number")
            }
            "country" => format!("{column:?} is the country of each row"),
            "dial_code" => format!("{column:?} is put before numbers without a country code"),
            "do_not_call" | "status" => format!("{column:?} says who is not called"),
            "may_call" => format!("{column:?} says who may be called"),
            "not_called" => format!("{column:?} is never called"),
            "extension" => format!("{column:?} is not dialled"),
            "not_used" => format!("{column:?} is not used"),
            "campaign" => {
                return Some(format!(
                    "{}: {column:?} looks like the campaign of each row, and is only sent as a variable: \
                     --campaign-column {column:?} sends each row to its own",
                    self.file
                ));
            }
            _ => return None,
        };
        Some(format!("{}: {what} ({reason})", self.file))
    }
}
