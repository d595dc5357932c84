//! A person by number or address, as somebody types it.

use std::path::Path;

use anyhow::{Result, anyhow, bail};

use crate::lead::Identity;
use crate::phone::{Phone, PhoneReader, Region};
use crate::results::{Line, Reader, ResultsError};

/// The person that `typed` names. A number without a country code is read for `region`, else for the one of the last import
/// in `results` that had one.
///
/// # Errors
/// It is neither a number nor an address, or `region` is no country.
pub(super) fn named(typed: &str, region: Option<&str>, results: &Path) -> Result<Identity> {
    if typed.contains('@') {
        return Ok(Identity::email(typed));
    }
    let region = match region {
        Some(name) => Some(country(name)?),
        // A file that cannot be read is told of by whoever reads it next.
        None => region_of_last_import(results).unwrap_or_default(),
    };
    match PhoneReader::new().read(typed, region) {
        Ok(reading) if reading.others.is_empty() => Ok(Identity::Phone(reading.phone)),
        Ok(reading) => bail!("{typed:?} holds {} numbers\nwhat to do: name one", reading.others.len() + 1),
        // What stands in the file was a number once, whatever the plans of countries say today.
        Err(refusal) => Phone::from_e164(typed.trim()).map(Identity::Phone).ok_or_else(|| {
            let says_it_itself = refusal.code == "phone_no_country";
            let help = match region {
                None if !says_it_itself => "\nwhat to do: write it with + and country code, or give --region",
                _ => "",
            };
            anyhow!("{typed:?} is not a phone number: {}{help}", refusal.message)
        }),
    }
}

/// The country that is meant.
///
/// # Errors
/// It is none.
pub(super) fn country(name: &str) -> Result<Region> {
    Region::parse(name).ok_or_else(|| anyhow!("{name:?} is no country\nwhat to do: write it like DE or Germany"))
}

fn region_of_last_import(results: &Path) -> Result<Option<Region>, ResultsError> {
    let mut reader = Reader::open(results)?;
    let mut region = None;
    let is_run = |bytes: &[u8]| memchr::memmem::find(bytes, b"\"type\":\"run\"").is_some();
    while let Some(line) = reader.next_line_if(is_run)? {
        if let Line::Run(run) = line {
            let named = run.options.get("region").and_then(|region| region.as_str()).and_then(Region::parse);
            region = named.or(region);
        }
    }
    Ok(region)
}
