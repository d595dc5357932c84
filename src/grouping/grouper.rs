//! Which rows belong together: they stand one after another. A group that comes again is refused.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::lead::{Fingerprint, Reason, SourceRow};
use crate::source::Position;
use crate::target::Target;

use super::assemble::{assemble, refuse_all, shown};
use super::{Assembled, DoNotCall, Fault, GroupingOptions, Item, Refused};

/// Takes rows in the order of the input and gives leads. It remembers 16 bytes for each group it has seen, and holds the
/// rows of one group at a time.
#[derive(Debug)]
pub struct Grouper {
    options: GroupingOptions,
    do_not_call: Arc<DoNotCall>,
    seen: SeenGroups,
    /// The names of groups that came again.
    apart: HashSet<Fingerprint>,
    open: Open,
}

/// The group whose rows are coming.
#[derive(Debug)]
enum Open {
    None,
    Group {
        name: String,
        items: Vec<Item>,
    },
    /// Its lead is out already; it had more rows than are held in memory.
    Overflowing {
        name: String,
    },
}

impl Grouper {
    /// A grouper that has seen nothing.
    #[must_use]
    pub fn new(options: GroupingOptions) -> Self {
        let (seen, apart) = (SeenGroups::default(), HashSet::new());
        Self { options, do_not_call: Arc::default(), seen, apart, open: Open::None }
    }

    /// How many groups came again so far, after other rows.
    #[must_use]
    pub fn groups_apart(&self) -> u64 {
        self.apart.len() as u64
    }

    /// The same, but secondary contacts with these numbers are dropped.
    #[must_use]
    pub fn without(self, do_not_call: Arc<DoNotCall>) -> Self {
        Self { do_not_call, ..self }
    }

    /// Takes the next row. What is complete by it is appended to `out`.
    pub fn push(&mut self, item: Item, out: &mut Vec<Assembled>) {
        let group = item.group().map(ToOwned::to_owned);
        if self.open.name() != group.as_deref() {
            self.finish(out);
        }
        let Some(name) = group else {
            out.push(assemble(vec![item], &self.options, &self.do_not_call));
            return;
        };
        match &mut self.open {
            Open::Group { items, .. } if items.len() < self.options.max_group_rows.max(1) => items.push(item),
            Open::Group { .. } => {
                self.finish(out);
                out.push(one_too_many(item, &name, self.options.max_group_rows));
                self.open = Open::Overflowing { name };
            }
            Open::Overflowing { .. } => out.push(one_too_many(item, &name, self.options.max_group_rows)),
            Open::None => self.open = Open::Group { name, items: vec![item] },
        }
    }

    /// Says that no more rows come, and appends what is left to `out`.
    pub fn finish(&mut self, out: &mut Vec<Assembled>) {
        if let Open::Group { name, items } = std::mem::replace(&mut self.open, Open::None) {
            match self.seen.note(&name, &items) {
                Some(first) => {
                    self.apart.insert(Fingerprint::of(name.as_bytes()));
                    out.push(refuse_all(items, &scattered(&name, &first)));
                }
                None => out.push(assemble(items, &self.options, &self.do_not_call)),
            }
        }
    }
}

impl Open {
    fn name(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Group { name, .. } | Self::Overflowing { name } => Some(name),
        }
    }
}

impl Item {
    /// The values that name its group.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Member(member) => member.group.as_deref(),
            Self::Fault(fault) => fault.group.as_deref(),
        }
    }

    /// Where it goes, or would have gone.
    #[must_use]
    pub fn target(&self) -> Option<&Arc<Target>> {
        match self {
            Self::Member(member) => Some(&member.target),
            Self::Fault(fault) => fault.target.as_ref(),
        }
    }

    /// Its row.
    #[must_use]
    pub fn row(&self) -> &SourceRow {
        match self {
            Self::Member(member) => &member.row,
            Self::Fault(fault) => &fault.row,
        }
    }

    pub(super) fn is_primary(&self) -> bool {
        match self {
            Self::Member(member) => member.is_primary,
            Self::Fault(fault) => fault.is_primary,
        }
    }

    /// The row with why it is not sent: a fault's own reason says more than what became of its group.
    pub(super) fn refused_for(self, reason: &Reason) -> (SourceRow, Reason) {
        match self {
            Self::Member(member) => (member.row, reason.clone()),
            Self::Fault(Fault { row, reason, .. }) => (row, reason),
        }
    }
}

fn scattered(name: &str, first: &str) -> Reason {
    let message = format!(
        "the group {:?} stood already at {first}, with other rows in between: --scattered puts its rows together, or sort the file by the columns that group it",
        shown(name)
    );
    Reason::new("group_scattered", message)
}

fn one_too_many(item: Item, name: &str, limit: usize) -> Assembled {
    let message =
        format!("the group {:?} has more than {limit} rows; only the first {limit} are looked at", shown(name));
    let rows = vec![item.refused_for(&Reason::new("group_too_long", message))];
    Assembled::Refused(Refused { rows, group: Some(name.to_owned()) })
}

/// Groups that have come, and where each began.
#[derive(Debug, Default)]
struct SeenGroups {
    /// By fingerprint: which of `places`, and the row there.
    first_rows: HashMap<Fingerprint, (u32, u32)>,
    /// The files and sheets, few of them.
    places: Vec<Position>,
}

impl SeenGroups {
    /// Notes the group called `name` for each target that its rows have, and tells where it stood before if it did.
    fn note(&mut self, name: &str, items: &[Item]) -> Option<String> {
        let mut targets: Vec<&Arc<Target>> = items.iter().filter_map(Item::target).collect();
        targets.sort();
        targets.dedup();
        // Rows whose target is unknown may belong to a group for any: the name alone is noted then, and asked always.
        let anywhere = Fingerprint::of(name.as_bytes());
        let mut fingerprints: Vec<Fingerprint> = targets.iter().map(|target| Fingerprint::at(target, name)).collect();
        let before = fingerprints.iter().chain([&anywhere]).find_map(|it| self.first_rows.get(it)).copied();
        if let Some((place, row)) = before {
            return Some(self.words(place, row));
        }
        if fingerprints.is_empty() {
            fingerprints.push(anywhere);
        }
        let first = items.first().map(|item| self.place(&item.row().position))?;
        for fingerprint in fingerprints {
            if let Entry::Vacant(vacant) = self.first_rows.entry(fingerprint) {
                vacant.insert(first);
            }
        }
        None
    }

    fn place(&mut self, position: &Position) -> (u32, u32) {
        let row = u32::try_from(position.row).unwrap_or(u32::MAX);
        let is_there = |place: &Position| place.file == position.file && place.sheet == position.sheet;
        // The last one is the likely one; looking at all of them is for the first row of a file.
        let known = self.places.iter().rposition(is_there).unwrap_or_else(|| {
            self.places.push(position.clone());
            self.places.len() - 1
        });
        (u32::try_from(known).unwrap_or(u32::MAX), row)
    }

    fn words(&self, place: u32, row: u32) -> String {
        match usize::try_from(place).ok().and_then(|place| self.places.get(place)) {
            Some(place) => Position { row: u64::from(row), ..place.clone() }.to_string(),
            None => format!("row {row}"),
        }
    }
}
