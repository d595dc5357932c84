//! Where leads go, as it is said to people: a customer of a white label need not have heard of whose API it speaks.

use std::borrow::Cow;

use crate::platform::PLATFORMS;

/// With this ends the target of a described platform that has no campaigns.
const NO_CAMPAIGN: &str = " account -";

/// A target of results files and JSON, `autocalls https://app.famulor.de/api campaign 7`, by the platform's own name:
/// `famulor https://app.famulor.de/api campaign 7`.
pub(super) fn target_name(target: &str) -> Cow<'_, str> {
    if let Some(described) = target.strip_prefix("custom:") {
        return Cow::Borrowed(described.strip_suffix(NO_CAMPAIGN).unwrap_or(described));
    }
    let own_name = PLATFORMS.iter().find_map(|platform| {
        let behind = target.strip_prefix(&format!("{} {}", platform.family.name(), platform.base_url?))?;
        behind.starts_with(' ').then(|| format!("{} {}{behind}", platform.name, platform.base_url.unwrap_or_default()))
    });
    own_name.map_or(Cow::Borrowed(target), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_is_known_by_its_address_has_its_own_name() {
        for (target, shown) in [
            ("autocalls https://app.famulor.de/api campaign 7", "famulor https://app.famulor.de/api campaign 7"),
            ("autocalls https://app.autocalls.ai/api campaign 7", "autocalls https://app.autocalls.ai/api campaign 7"),
            ("autocalls https://app.famulor.de/api2 campaign 7", "autocalls https://app.famulor.de/api2 campaign 7"),
            ("autocalls http://127.0.0.1:8080/api campaign 7", "autocalls http://127.0.0.1:8080/api campaign 7"),
            ("autocalls sandbox campaign 7", "autocalls sandbox campaign 7"),
            ("custom:dialler https://d.example.com campaign 7", "dialler https://d.example.com campaign 7"),
            ("custom:crm https://d.example.com account -", "crm https://d.example.com"),
            ("a campaign that is not named yet", "a campaign that is not named yet"),
        ] {
            assert_eq!(target_name(target), shown);
        }
    }
}
