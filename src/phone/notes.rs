//! What was done to a cell on the way to its number.

use super::Repair;

/// Collected while a cell is read; becomes the `repairs` and `flagged` of the reading.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Notes {
    repairs: Vec<Repair>,
    flagged: bool,
    origin: Origin,
    rounded: Rounded,
}

/// What becomes of digits that look like what a spreadsheet left of a rounded number.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounded {
    /// They are refused.
    #[default]
    Refused,
    /// They are read, and marked.
    Marked,
}

/// Where the digits come from: it says what a missing `+` means.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Somebody typed them.
    #[default]
    Typed,
    /// A spreadsheet's number. It cannot hold a `+`, so that none is there says nothing.
    Number,
    /// The digits after `=`: what was `=+49…` before somebody took the `+` for a sign.
    Formula,
}

impl Notes {
    /// For a cell of a reader that is so strict with rounded numbers.
    pub(super) fn with(rounded: Rounded) -> Self {
        Self { rounded, ..Self::default() }
    }

    pub(super) fn rounded(&self) -> Rounded {
        self.rounded
    }

    /// `repair` was done.
    pub(super) fn repair(&mut self, repair: Repair) {
        if !self.repairs.contains(&repair) {
            self.repairs.push(repair);
        }
    }

    /// A person should look at the reading.
    pub(super) fn flag(&mut self) {
        self.flagged = true;
    }

    /// The digits are a spreadsheet's number.
    pub(super) fn spreadsheet_number(&mut self) {
        self.origin = Origin::Number;
    }

    /// The digits stood bare behind `=`.
    pub(super) fn formula_digits(&mut self) {
        self.origin = Origin::Formula;
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// What was noted.
    pub(super) fn into_parts(self) -> (Vec<Repair>, bool) {
        (self.repairs, self.flagged)
    }

    /// Takes over what was noted while a part of the cell was read.
    pub(super) fn absorb(&mut self, part: Self) {
        for repair in part.repairs {
            self.repair(repair);
        }
        self.flagged |= part.flagged;
    }

    /// Notes for a part of the same cell.
    pub(super) fn for_part(&self) -> Self {
        Self { repairs: Vec::new(), flagged: false, origin: self.origin, rounded: self.rounded }
    }
}
