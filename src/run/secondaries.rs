//! The secondary contacts of the leads of earlier runs, with their ids where the platform showed them.

use std::collections::HashMap;
use std::path::Path;

use crate::lead::{LeadKey, Status};
use crate::results::{Line, Reader};
use crate::upload::SecondaryContacts;

/// Those of every lead that is there or may be, without those of `this_run`. As far as the file can be read.
pub(crate) fn of_earlier_runs(results: &Path, this_run: &str) -> Vec<SecondaryContacts> {
    let mut sent: HashMap<LeadKey, SecondaryContacts> = HashMap::new();
    let Ok(mut reader) = Reader::open(results) else { return Vec::new() };
    while let Ok(Some(line)) = reader.next_line() {
        match line {
            Line::Sending(line) if line.run != this_run && !line.secondaries.is_empty() => {
                let (target, numbers) = (line.target.into_owned(), line.secondaries.into_owned());
                sent.insert(line.key, SecondaryContacts { target, numbers, ids: Vec::new() });
            }
            Line::Lead(line) if line.run != this_run => {
                let Some(key) = line.key else { continue };
                match line.status {
                    Status::Created if !line.secondary_ids.is_empty() => {
                        if let Some(contacts) = sent.get_mut(&key) {
                            contacts.ids = line.secondary_ids.into_owned();
                        }
                    }
                    // What was there before has not our contacts.
                    Status::Rejected | Status::Unsent | Status::Exists => drop(sent.remove(&key)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    sent.into_values().collect()
}
