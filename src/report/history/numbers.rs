//! Of which countries and types the numbers of leads are. Neither stands in the file: the numbering plans say it.

use std::collections::BTreeMap;

use super::figures::NumberCount;
use crate::lead::Status;
use crate::phone::{Phone, PhoneKind, Region};

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    regions: BTreeMap<Option<Region>, Standing>,
    kinds: BTreeMap<PhoneKind, Standing>,
}

/// How many leads are where.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    on_platform: u64,
    refused: u64,
    in_doubt: u64,
    total: u64,
}

impl Numbers {
    /// A lead with this number, and what became of it in the end.
    pub(super) fn add(&mut self, phone: Phone, status: Status) {
        let origin = phone.origin();
        self.regions.entry(origin.region).or_default().add(status);
        self.kinds.entry(origin.kind).or_default().add(status);
    }

    /// The countries, then the types; the most frequent first.
    pub(super) fn figures(&self) -> (Vec<NumberCount>, Vec<NumberCount>) {
        let region = |(region, standing): (&Option<Region>, &Standing)| match region {
            Some(region) => standing.figures(region.name().to_owned(), Some(region.code().to_owned())),
            None => standing.figures("no country, or not known".to_owned(), None),
        };
        let kind = |(kind, standing): (&PhoneKind, &Standing)| standing.figures(kind_in_words(*kind).to_owned(), None);
        (sorted(self.regions.iter().map(region)), sorted(self.kinds.iter().map(kind)))
    }
}

impl Standing {
    fn add(&mut self, status: Status) {
        self.total += 1;
        match status {
            Status::Created | Status::Exists => self.on_platform += 1,
            Status::Rejected => self.refused += 1,
            Status::InDoubt => self.in_doubt += 1,
            _ => {}
        }
    }

    fn figures(&self, name: String, code: Option<String>) -> NumberCount {
        let Self { on_platform, refused, in_doubt, total } = *self;
        NumberCount { name, code, on_platform, refused, in_doubt, total }
    }
}

fn sorted(counts: impl Iterator<Item = NumberCount>) -> Vec<NumberCount> {
    let mut counts: Vec<NumberCount> = counts.collect();
    counts.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
    counts
}

fn kind_in_words(kind: PhoneKind) -> &'static str {
    match kind {
        PhoneKind::Mobile => "mobile",
        PhoneKind::Fixed => "landline",
        PhoneKind::FixedOrMobile => "landline or mobile",
        PhoneKind::TollFree => "toll-free",
        PhoneKind::Premium => "premium rate",
        PhoneKind::SharedCost => "shared cost",
        PhoneKind::Voip => "internet telephony",
        PhoneKind::Personal => "personal",
        PhoneKind::Pager => "pager",
        PhoneKind::Company => "company's common number",
        PhoneKind::Voicemail => "voice mailbox",
        PhoneKind::Unknown => "not known",
    }
}
