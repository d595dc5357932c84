//! The platforms that are known by name.

use crate::target::Family;

/// A platform that `--platform` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPlatform {
    /// Its name for `--platform`.
    pub name: &'static str,
    /// Who that is, for people.
    pub title: &'static str,
    /// Its API.
    pub family: Family,
    /// Its base URL, from the vendor's public API documentation; `None` where the user must give one.
    pub base_url: Option<&'static str>,
}

/// Every platform known by name. The base URLs are those of the vendors' public API documentation.
pub const PLATFORMS: [KnownPlatform; 6] = [
    autocalls("famulor", "Famulor", "https://app.famulor.de/api"),
    autocalls("aiployees", "aiployees", "https://call.aiployees.com/api"),
    autocalls("otonistark", "OtoniStark", "https://call.otonistark.com.br/api"),
    autocalls("web-wb", "Website Excellence Builders", "https://ki.web-wb.de/api"),
    autocalls("autocalls", "Autocalls", "https://app.autocalls.ai/api"),
    KnownPlatform { name: "pollybot", title: "PollyBot", family: Family::Pollybot, base_url: None },
];

const fn autocalls(name: &'static str, title: &'static str, base_url: &'static str) -> KnownPlatform {
    KnownPlatform { name, title, family: Family::Autocalls, base_url: Some(base_url) }
}

/// The platform of this name, without regard to case.
#[must_use]
pub fn platform_named(name: &str) -> Option<&'static KnownPlatform> {
    PLATFORMS.iter().find(|platform| platform.name.eq_ignore_ascii_case(name.trim()))
}

/// Names less alike than this are no typing errors of each other.
const ALIKE: f64 = 0.75;

/// The known name most like `name`, where one is like it.
#[must_use]
pub fn nearest_platform(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let likeness = |platform: &KnownPlatform| strsim::jaro_winkler(&name, platform.name);
    let nearest = PLATFORMS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.filter(|platform| likeness(platform) >= ALIKE).map(|platform| platform.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_platform_is_answered_with_the_nearest() {
        assert_eq!(platform_named(" Famulor").unwrap().name, "famulor");
        assert_eq!(nearest_platform("famolur"), Some("famulor"));
        assert_eq!(nearest_platform("polybot"), Some("pollybot"));
        assert_eq!(nearest_platform("hubspot"), None);
    }
}
