//! The exit code: one table.

/// What a run found, as far as its exit code is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts; the table below is their meaning")]
pub struct Ending {
    /// The results file cannot be used: locked, damaged, newer, or the disk is full.
    pub results_unusable: bool,
    /// The command line or the configuration is wrong.
    pub usage: bool,
    /// The input cannot be read.
    pub input_unreadable: bool,
    /// Ctrl-C or SIGTERM.
    pub interrupted: bool,
    /// The run stopped early and can be resumed.
    pub stopped: bool,
    /// Leads are in doubt.
    pub in_doubt: bool,
    /// Leads were rejected or rows are invalid.
    pub rejected: bool,
}

impl Ending {
    /// The exit code; where several things hold, the weightiest.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self { results_unusable: true, .. } => 5,
            Self { usage: true, .. } => 2,
            Self { input_unreadable: true, .. } => 6,
            Self { interrupted: true, .. } => 130,
            Self { stopped: true, .. } => 3,
            Self { in_doubt: true, .. } => 4,
            Self { rejected: true, .. } => 1,
            Self { .. } => 0,
        }
    }
}

/// Every exit code, the weightiest first.
const BY_WEIGHT: [u8; 8] = [5, 2, 6, 130, 3, 4, 1, 0];

/// The code that counts where several runs ended with these; 0 where there were none.
#[must_use]
pub fn weightiest(codes: impl IntoIterator<Item = u8>) -> u8 {
    // A code that is none of these would come first, and not pass for success.
    codes.into_iter().min_by_key(|code| BY_WEIGHT.iter().position(|known| known == code)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_combinations_the_weightiest_decides() {
        for bits in 0u8..128 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let ending = Ending {
                results_unusable: bit(0),
                usage: bit(1),
                input_unreadable: bit(2),
                interrupted: bit(3),
                stopped: bit(4),
                in_doubt: bit(5),
                rejected: bit(6),
            };
            let expected = (0u8..7).find(|n| bit(*n)).map_or(0, |n| BY_WEIGHT[usize::from(n)]);
            assert_eq!(ending.code(), expected, "{ending:?}");
        }
    }

    #[test]
    fn of_several_codes_the_weightiest_counts_and_an_unknown_one_is_no_success() {
        for (at, code) in BY_WEIGHT.into_iter().enumerate() {
            assert_eq!(weightiest(BY_WEIGHT[at..].iter().rev().copied()), code);
        }
        assert_eq!((weightiest([]), weightiest([0, 77, 1])), (0, 77));
    }
}
