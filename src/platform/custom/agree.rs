//! Whether the parts of a description go together: what only shows when all of it is read.

use super::Custom;
use super::listing::Listing;
use super::rules::Rule;
use super::section::{Result, Section};
use super::template::Slot;

pub(super) fn check(custom: &Custom, section: &Section<'_>) -> Result<()> {
    lists(custom, section)?;
    campaigns(custom, section)?;
    successes(custom, section)?;
    ids_alone(custom, section)
}

/// An id in an answer may be that of anything. Whose it is only a look-up tells.
fn ids_alone(custom: &Custom, section: &Section<'_>) -> Result<()> {
    if custom.look_up.is_none() && custom.creating.rules.iter().any(Rule::may_believe_an_id) {
        return Err(section.error_at(
            "create",
            "an answer with a status from 200 to 299 is taken for \"exists\" by its id alone, which may be the id of anything: say by \
             \"when\" how such answers differ from others, or describe [look_up], so that each is looked up",
        ));
    }
    Ok(())
}

fn listings(custom: &Custom) -> impl Iterator<Item = (&'static str, &Listing)> {
    let all = [("look_up", &custom.look_up), ("list", &custom.list)];
    all.into_iter().filter_map(|(name, listing)| Some((name, listing.as_ref()?)))
}

fn is_campaign(slot: &Slot) -> bool {
    matches!(slot, Slot::Campaign | Slot::CampaignNumber)
}

fn lists(custom: &Custom, section: &Section<'_>) -> Result<()> {
    let Custom { look_up, list, shape, .. } = custom;
    let asks_for_number =
        |look_up: &Listing| look_up.call.slots().iter().any(|slot| matches!(slot, Slot::Phone | Slot::PhoneDigits));
    if look_up.as_ref().is_some_and(|look_up| !asks_for_number(look_up)) {
        return Err(section
            .error_at("look_up", "does not ask for a number: put {phone} or {phone.digits} into its query or body"));
    }
    if (look_up.is_some() || list.is_some()) && (shape.id.is_none() || shape.phone.is_none()) {
        return Err(section.error("[lead] should say by \"id\" and \"phone\" where an entry of a list shows them"));
    }
    if look_up.is_none() && list.is_some() {
        return Err(section
            .error_at("list", "without [look_up] would help nobody: describe how one lead is found by its number"));
    }
    if list.as_ref().is_some_and(Listing::may_be_cut_off) {
        return Err(section.error_at(
            "list",
            "may be cut off, and whoever it leaves out would be created again: say by \"pages\" how it goes on. A platform that shows \
             all on one page cannot show that it does: then leave [list] out",
        ));
    }
    Ok(())
}

fn campaigns(custom: &Custom, section: &Section<'_>) -> Result<()> {
    let (takes_campaigns, shape) = (custom.takes_campaigns(), &custom.shape);
    for (name, listing) in listings(custom) {
        let by_path = listing.call.path.slots().any(|slot| *slot == Slot::Campaign);
        if takes_campaigns && !by_path && shape.campaign.is_none() {
            return Err(section.error_at(
                name,
                "may show leads of other campaigns: say by \"campaign\" under [lead] where an entry shows its own, or put {campaign} into \
                 the path",
            ));
        }
    }
    let lists = listings(custom).flat_map(|(_, listing)| listing.call.slots());
    let edits = [&custom.update, &custom.delete].into_iter().flatten().flat_map(|edit| edit.call.slots());
    if !takes_campaigns && (lists.chain(edits).any(is_campaign) || shape.campaign.is_some()) {
        return Err(section.error(
            "leads are created without a campaign ([create] has no {campaign}), so nothing else can speak of one",
        ));
    }
    Ok(())
}

/// An API that says by more than the status what became of a request does so everywhere: what counts as done, or as a good token,
/// must not be the status alone.
fn successes(custom: &Custom, section: &Section<'_>) -> Result<()> {
    if !custom.creating.rules.iter().any(Rule::is_told_in_a_success) {
        return Ok(());
    }
    let says_when = |edit: &Option<super::edit::Edit>| edit.as_ref().is_none_or(|edit| edit.when.is_some());
    for (name, says) in [
        ("token", custom.token_is_good.is_some()),
        ("update", says_when(&custom.update)),
        ("delete", says_when(&custom.delete)),
    ] {
        if !says {
            let name_of = if name == "token" { "[token.test]" } else { "this request" };
            return Err(section.error_at(
                name,
                format!(
                    "by [create] a status from 200 to 299 alone does not say what became of a request: say by \"when\" what stands in \
                     the answer to {name_of} where it is not refused, such as when = {{ \"/ok\" = true }} (or {{}} where nothing does)"
                ),
            ));
        }
    }
    Ok(())
}
