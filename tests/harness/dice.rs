//! Seeds: a test by dice tells its own, and can be told one.

/// A cell of a matrix: its name, which says how to repeat it, and what it does.
pub(crate) type Cell = (String, Box<dyn FnOnce() + Send>);

/// `LEADLOAD_TEST_SEED`, else any.
pub(crate) fn any_seed() -> u64 {
    setting("LEADLOAD_TEST_SEED").unwrap_or_else(|| fastrand::u64(..1 << 32))
}

/// `story` with seeds that follow each other, the first of which is [`any_seed`]: `usually` so many, or
/// `LEADLOAD_TEST_CASES`.
pub(crate) fn cases(usually: u64, story: impl Fn(u64) + Copy + Send + 'static) -> Vec<Cell> {
    let first = any_seed();
    let seeds = first..first + setting("LEADLOAD_TEST_CASES").unwrap_or(usually);
    seeds.map(|seed| cell(format!("LEADLOAD_TEST_CASES=1 LEADLOAD_TEST_SEED={seed}"), move || story(seed))).collect()
}

/// A cell with this name.
pub(crate) fn cell(name: String, story: impl FnOnce() + Send + 'static) -> Cell {
    (name, Box::new(story))
}

/// A number from the environment.
pub(crate) fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}
