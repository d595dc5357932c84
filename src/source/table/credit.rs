//! What may still be read a second time, so that reading stays linear in the length of a file made of nothing but quotes that
//! are never closed.

/// How far a closing quote is looked for at least while the credit lasts; and when it is spent.
pub(super) const SHORT_REACH: usize = 4 << 10;
const SHORTEST_REACH: usize = 64;

/// How many limits' worth may be read again before the reach shrinks; and the reserve, before it shrinks to what is earned.
const CREDIT: usize = 16;
const RESERVE: usize = 16;

/// Bytes that may be read again. What is read well earns as many.
#[derive(Debug)]
pub(super) struct Credit {
    left: usize,
    /// The limit of a row.
    most: usize,
}

impl Credit {
    pub(super) fn new(most: usize) -> Self {
        Self { left: most.saturating_mul(CREDIT + RESERVE), most }
    }

    pub(super) fn earn(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes).min(self.most.saturating_mul(CREDIT + RESERVE));
    }

    pub(super) fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    /// How far the end of a quote is looked for. Below the reserve it is no further than the credit, or else each few bytes that
    /// are read well would pay for kilobytes that are read again.
    pub(super) fn reach(&self) -> usize {
        let reserve = self.most.saturating_mul(RESERVE);
        let reach = match self.left.checked_sub(reserve) {
            Some(credit) => credit.max(SHORT_REACH),
            None => self.left.clamp(SHORTEST_REACH, SHORT_REACH),
        };
        reach.min(self.most)
    }
}
