//! Which target a row goes to: the run's campaign, or what a column of the row says, id or name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::lead::Reason;
use crate::platform::Campaign;
use crate::target::{Family, Host, Target};

/// Finds the id that a campaign's id or name stands for.
pub(crate) type FindId = Box<dyn Fn(&str) -> Result<String, PlaceError> + Send + Sync>;

/// Why a campaign cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// It is neither an id nor a name of the platform's campaigns.
    #[error("there is no campaign {wanted:?}; there are: {known}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The campaigns there are.
        known: String,
    },
    /// Several campaigns have this name.
    #[error("several campaigns are named {wanted:?} (ids {ids}); give the id")]
    Ambiguous {
        /// The name.
        wanted: String,
        /// Their ids.
        ids: String,
    },
}

/// See the module's documentation.
pub(crate) struct Places {
    family: Family,
    host: Host,
    fixed: Option<Arc<Target>>,
    find_id: FindId,
    found: Mutex<HashMap<String, Result<Arc<Target>, Reason>>>,
}

impl Places {
    /// With `fixed` as the run's own campaign, if it has one.
    ///
    /// # Errors
    /// The run's campaign cannot be used.
    pub(crate) fn new(family: Family, host: Host, fixed: Option<&str>, find_id: FindId) -> Result<Self, PlaceError> {
        let mut places = Self { family, host, fixed: None, find_id, found: Mutex::default() };
        if let Some(fixed) = fixed {
            let id = (places.find_id)(fixed.trim())?;
            places.fixed = Some(places.target(id));
        }
        Ok(places)
    }

    /// The run's own target.
    pub(crate) fn fixed(&self) -> Option<&Arc<Target>> {
        self.fixed.as_ref()
    }

    /// The target of a row whose column says `named`.
    pub(crate) fn resolve(&self, named: Option<&str>) -> Result<Arc<Target>, Reason> {
        let Some(named) = named.map(str::trim).filter(|named| !named.is_empty()) else {
            let missing = || Reason::new("campaign_missing", "the row names no campaign, and no --campaign was given");
            return self.fixed.clone().ok_or_else(missing);
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = found.get(named) {
            return known.clone();
        }
        let resolved = match (self.find_id)(named) {
            Ok(id) => Ok(self.target(id)),
            Err(error) => Err(Reason::new("campaign_unknown", error.to_string())),
        };
        // Bounded: a column that holds anything but campaigns must not fill the memory.
        if found.len() < 10_000 {
            found.insert(named.to_owned(), resolved.clone());
        }
        resolved
    }

    /// The target with this id.
    pub(crate) fn target(&self, id: String) -> Arc<Target> {
        Arc::new(Target { family: self.family, host: self.host.clone(), place: id })
    }
}

/// Among the platform's own campaigns: digits are an id, anything else a name that only one campaign has.
pub(crate) fn among(campaigns: Vec<Campaign>) -> FindId {
    Box::new(move |wanted| {
        if let Some(id) = numeric(wanted) {
            let known = campaigns.iter().any(|campaign| numeric(&campaign.id).as_ref() == Some(&id));
            return if known { Ok(id) } else { Err(unknown(wanted, &campaigns)) };
        }
        let same_name = |campaign: &&Campaign| campaign.name.trim().to_lowercase() == wanted.to_lowercase();
        let named: Vec<_> = campaigns.iter().filter(same_name).collect();
        match named.as_slice() {
            [one] => Ok(one.id.clone()),
            [] => Err(unknown(wanted, &campaigns)),
            several => {
                let ids = several.iter().map(|campaign| campaign.id.as_str()).collect::<Vec<_>>().join(", ");
                Err(PlaceError::Ambiguous { wanted: wanted.to_owned(), ids })
            }
        }
    })
}

/// Whatever is asked for, as it is: for chatbots, and for dry runs, which ask no platform.
pub(crate) fn as_named() -> FindId {
    Box::new(|wanted| Ok(numeric(wanted).unwrap_or_else(|| wanted.to_owned())))
}

/// The same to the letter, for platforms of which only a file is known: there `007` may be another campaign than `7`. Dots
/// alone would lead elsewhere in a path.
pub(crate) fn as_typed() -> FindId {
    Box::new(|wanted| match wanted.trim_matches('.') {
        "" => Err(PlaceError::Unknown { wanted: wanted.to_owned(), known: "no such names".to_owned() }),
        _ => Ok(wanted.to_owned()),
    })
}

/// Whether `place` can only be a campaign's name, whose id the platform knows.
pub(crate) fn is_name(place: &str) -> bool {
    numeric(place.trim()).is_none()
}

/// An id as a number, so that `007` and `7` are one campaign.
fn numeric(text: &str) -> Option<String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse::<u64>().ok().map(|id| id.to_string()) } else { None }
}

fn unknown(wanted: &str, campaigns: &[Campaign]) -> PlaceError {
    let mut known: Vec<String> =
        campaigns.iter().take(20).map(|c| format!("{} {:?} ({})", c.id, c.name, c.status)).collect();
    if campaigns.len() > known.len() {
        known.push(format!("and {} more", campaigns.len() - known.len()));
    }
    let known = if known.is_empty() { "none at all".to_owned() } else { known.join(", ") };
    PlaceError::Unknown { wanted: wanted.to_owned(), known }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(id: &str, name: &str) -> Campaign {
        Campaign { id: id.to_owned(), name: name.to_owned(), status: "paused".to_owned() }
    }

    fn places(fixed: Option<&str>) -> Result<Places, PlaceError> {
        let campaigns = vec![campaign("7", "Spring"), campaign("8", "Autumn"), campaign("9", "autumn")];
        Places::new(Family::Autocalls, Host::Sandbox, fixed, among(campaigns))
    }

    #[test]
    fn a_campaign_is_found_by_its_id_or_by_a_name_that_only_it_has() {
        let places = places(Some("7")).unwrap();
        let place = |named: Option<&str>| places.resolve(named).map(|target| target.place.clone());
        assert_eq!(place(None).unwrap(), "7");
        assert_eq!(place(Some(" spring ")).unwrap(), "7");
        assert_eq!(place(Some("008")).unwrap(), "8");
        assert_eq!(place(Some("Autumn")).unwrap_err().code, "campaign_unknown");
        assert!(place(Some("12")).unwrap_err().message.contains("7 \"Spring\" (paused)"));
    }

    #[test]
    fn a_run_without_a_usable_campaign_does_not_start() {
        assert!(matches!(places(Some("Autumn")), Err(PlaceError::Ambiguous { .. })));
        assert!(matches!(places(Some("Winter")), Err(PlaceError::Unknown { .. })));
        assert_eq!(places(None).unwrap().resolve(Some(" ")).unwrap_err().code, "campaign_missing");
    }
}
