//! One group of rows becomes one lead, or is refused.

use std::sync::Arc;

use crate::lead::{Contact, Reason, SourceRow};
use crate::phone::Phone;
use crate::target::Target;

use super::{
    Assembled, AssembledLead, DoNotCall, FLAGGED, GroupingOptions, Item, Member, ON_LIST, Refused, Secondary,
    Strictness,
};

/// The lead of `items`, the rows of one group (or the only row of a lead), without secondary contacts that must not be
/// called. That its primary contact may be called is for others to see: what is known of the lead comes first.
pub(super) fn assemble(mut items: Vec<Item>, options: &GroupingOptions, do_not_call: &DoNotCall) -> Assembled {
    if let Some(reason) = mixed_targets(&items) {
        return refuse_all(items, &reason);
    }
    let at = items.iter().position(Item::is_primary).unwrap_or(0);
    let rivals = items.iter().filter(|item| item.is_primary()).count().saturating_sub(1);
    if !matches!(items.get(at), Some(Item::Member(_))) {
        return refuse_all(items, &primary_invalid(at));
    }
    let Item::Member(primary) = items.remove(at) else { return refuse_all(items, &primary_invalid(at)) };
    let mut assembly = Assembly::new(primary, options.max_secondaries, do_not_call);
    if rivals > 0 {
        assembly.note(two_primaries(&assembly.primary_row));
    }
    for item in items {
        assembly.add(item);
    }
    assembly.finish(options.strictness)
}

/// None of `items` is sent: a fault for its own reason, the others for `reason`.
pub(super) fn refuse_all(items: Vec<Item>, reason: &Reason) -> Assembled {
    let group = items.first().and_then(Item::group).map(ToOwned::to_owned);
    let rows = items.into_iter().map(|item| item.refused_for(reason)).collect();
    Assembled::Refused(Refused { rows, group })
}

/// A group's name for people; its values stand one after another with U+001F between them.
pub(super) fn shown(group: &str) -> String {
    group.replace('\u{1f}', " / ")
}

fn mixed_targets(items: &[Item]) -> Option<Reason> {
    let mut targets = items.iter().filter_map(Item::target);
    let first: &Arc<Target> = targets.next()?;
    let other = targets.find(|target| *target != first)?;
    let message = format!(
        "rows of one group go to different campaigns ({} and {}), but a group is one lead: give each campaign groups of its own",
        first.place, other.place
    );
    Some(Reason::new("group_mixed_campaigns", message))
}

fn primary_invalid(at: usize) -> Reason {
    let which = if at == 0 { "the first row" } else { "the row marked as primary" };
    let message = format!("the primary contact of its group, {which}, cannot be called: correct that row");
    Reason::new("group_primary_invalid", message)
}

fn two_primaries(taken: &SourceRow) -> Reason {
    let message = format!("more than one row of the group is marked as its primary contact; taken: {}", taken.position);
    Reason::new("group_two_primaries", message)
}

/// A lead while its rows are added.
struct Assembly<'a> {
    lead: AssembledLead,
    primary_row: SourceRow,
    max_secondaries: usize,
    do_not_call: &'a DoNotCall,
    /// The first thing that could not be sent as it stood, for the strict.
    first_problem: Option<String>,
}

impl<'a> Assembly<'a> {
    fn new(primary: Member, max_secondaries: usize, do_not_call: &'a DoNotCall) -> Self {
        let Member {
            phone,
            variables,
            person,
            secondaries,
            target,
            group,
            is_primary: _,
            was_duplicate,
            row,
            repairs,
            stand_ins,
            remarks,
            barred,
        } = primary;
        let lead = AssembledLead {
            primary: phone,
            variables,
            person,
            target,
            secondaries: Vec::new(),
            group,
            rows: vec![row.clone()],
            dropped: Vec::new(),
            notes: remarks,
            barred: barred.map(|reason| *reason),
            was_duplicate,
            repairs: repairs.iter().map(ToString::to_string).chain(stand_ins).collect(),
        };
        let mut assembly = Self { lead, primary_row: row, max_secondaries, do_not_call, first_problem: None };
        assembly.add_wide(secondaries);
        assembly
    }

    /// A further row: its own contact, then those in its further columns.
    fn add(&mut self, item: Item) {
        let member = match item {
            Item::Fault(fault) => return self.drop_row(fault.row, fault.reason),
            Item::Member(member) => member,
        };
        let taken = match (member.barred, member.phone) {
            (Some(reason), _) => Err(*reason),
            (None, Some(phone)) => self.take(Contact { phone, variables: member.variables }),
            (None, None) => Err(Reason::new("secondary_without_number", "a secondary contact needs a number")),
        };
        match taken {
            Ok(()) => {
                self.lead.rows.push(member.row);
                self.lead.notes.extend(member.remarks);
                self.lead.repairs.extend(member.repairs.iter().map(ToString::to_string));
                self.lead.repairs.extend(member.stand_ins);
            }
            Err(reason) => self.drop_row(member.row, reason),
        }
        self.add_wide(member.secondaries);
    }

    fn add_wide(&mut self, secondaries: Vec<Secondary>) {
        for Secondary { column, contact } in secondaries {
            if let Err(reason) = contact.and_then(|contact| self.take(contact)) {
                self.note(reason.about(&*column));
            }
        }
    }

    /// Makes `contact` the next secondary one, or says why not.
    fn take(&mut self, contact: Contact) -> Result<(), Reason> {
        if let Some(reason) = self.do_not_call.reason(contact.phone) {
            return Err(reason);
        }
        if self.lead.primary == Some(contact.phone) {
            return Err(secondary_is_primary(contact.phone));
        }
        if self.lead.secondaries.iter().any(|earlier| earlier.phone == contact.phone) {
            return Err(secondary_repeated(contact.phone));
        }
        if self.lead.secondaries.len() >= self.max_secondaries {
            return Err(too_many_secondaries(self.max_secondaries));
        }
        self.lead.secondaries.push(contact);
        Ok(())
    }

    fn drop_row(&mut self, row: SourceRow, reason: Reason) {
        self.find_fault(&reason, || match &reason.field {
            Some(column) => format!("{} › {column}: {}", row.position, reason.message),
            None => format!("{}: {}", row.position, reason.message),
        });
        self.lead.dropped.push((row, reason));
    }

    fn note(&mut self, reason: Reason) {
        self.find_fault(&reason, || match &reason.field {
            Some(column) => format!("{column}: {}", reason.message),
            None => reason.message.clone(),
        });
        self.lead.notes.push(reason);
    }

    /// That somebody must not be called is no fault of the lead, for which the strict would not send it.
    fn find_fault(&mut self, reason: &Reason, fault: impl FnOnce() -> String) {
        if reason.code != ON_LIST && reason.code != FLAGGED {
            self.first_problem.get_or_insert_with(fault);
        }
    }

    fn finish(self, strictness: Strictness) -> Assembled {
        match (strictness, self.first_problem) {
            (Strictness::Strict, Some(problem)) => refuse_lead(self.lead, &problem),
            _ => Assembled::Lead(Box::new(self.lead)),
        }
    }
}

/// Nothing of `lead` is sent, because of `problem`.
fn refuse_lead(lead: AssembledLead, problem: &str) -> Assembled {
    let reason = Reason::new("strict", format!("not sent, because of --strict and: {problem}"));
    let good = lead.rows.into_iter().map(|row| (row, reason.clone()));
    Assembled::Refused(Refused { rows: good.chain(lead.dropped).collect(), group: lead.group })
}

fn secondary_is_primary(phone: Phone) -> Reason {
    Reason::new("secondary_is_primary", format!("{phone} is the primary contact's number too"))
}

fn secondary_repeated(phone: Phone) -> Reason {
    Reason::new("secondary_repeated", format!("{phone} is an earlier secondary contact's number too"))
}

fn too_many_secondaries(limit: usize) -> Reason {
    Reason::new("too_many_secondaries", format!("a lead has at most {limit} secondary contacts and this is one more"))
}
