//! The platform's campaigns, and the one that leads go to.

use super::Record;
use super::plan::{CampaignOf, Plan};
use crate::platform::Campaign;
use crate::report::{Finding, counted};
use crate::run::{Connected, Endpoint, PlaceError, RunError, Server};

const CHECK: &str = "campaign";

/// As many campaigns are told; the JSON has all of them.
const MOST_SHOWN: usize = 50;

/// Reads the list, and says which campaign is meant and whether it calls.
pub(super) fn look(plan: &Plan, endpoint: &Endpoint, connected: &Connected, body: &[u8], record: &mut Record<'_>) {
    let campaigns = match connected.platform.read_campaigns(body) {
        Ok(campaigns) => campaigns,
        Err(error) => {
            let message = format!("the list of campaigns cannot be read: {error}");
            record.add(Finding::problem(CHECK, 2, message).advising("check --base-url"));
            return;
        }
    };
    let finding = match connected.places_among(endpoint, &campaigns) {
        Ok(places) => match places.fixed() {
            Some(target) => chosen(&target.place, &campaigns, &endpoint.server),
            None => not_chosen(plan.campaign, &campaigns),
        },
        Err(error) => unknown(error, &campaigns),
    };
    record.add(finding);
    record.examined.campaigns = campaigns;
}

fn chosen(id: &str, campaigns: &[Campaign], server: &Server) -> Finding {
    let Some(campaign) = campaigns.iter().find(|campaign| campaign.id == id) else {
        return Finding::ok(CHECK, id);
    };
    if !campaign.is_live() {
        return Finding::ok(CHECK, format!("{}: leads wait until it is started", line(campaign)));
    }
    let live = format!("{}: it is running, leads are called as soon as they are created", line(campaign));
    match server {
        Server::Sandbox => Finding::ok(CHECK, live),
        Server::Platform { .. } => Finding::note(CHECK, live).advising(CONSENT),
    }
}

const CONSENT: &str = "an import asks before it begins; in a script add --yes, or pause the campaign";

fn not_chosen(campaign: CampaignOf, campaigns: &[Campaign]) -> Finding {
    let there = counted(campaigns.len() as u64, "campaign", "campaigns");
    let finding = match campaign {
        CampaignOf::EachRow => Finding::ok(CHECK, format!("{there}; a column says which one is meant")),
        CampaignOf::TheRun => Finding::problem(CHECK, 2, format!("none was named; there are {there}"))
            .advising("name one by --campaign (its id or name), or a column with it by --campaign-column"),
    };
    finding.with_details(lines(campaigns))
}

fn unknown(error: PlaceError, campaigns: &[Campaign]) -> Finding {
    let message = match &error {
        PlaceError::Unknown { wanted, .. } => format!("there is no campaign {wanted:?}; there are:"),
        PlaceError::Ambiguous { .. } => error.to_string(),
    };
    let exit_code = RunError::Place(error).exit_code();
    Finding::problem(CHECK, exit_code, message)
        .with_details(lines(campaigns))
        .advising("give --campaign one of these ids")
}

fn lines(campaigns: &[Campaign]) -> Vec<String> {
    let mut lines: Vec<String> = campaigns.iter().take(MOST_SHOWN).map(line).collect();
    if campaigns.len() > MOST_SHOWN {
        lines.push(format!("and {} more", campaigns.len() - MOST_SHOWN));
    }
    lines
}

fn line(campaign: &Campaign) -> String {
    let Campaign { id, name, status } = campaign;
    let calls = if campaign.is_live() { "live" } else { "held back" };
    let status = if status.is_empty() { "status unknown" } else { status };
    format!("{id} {name:?} ({status}, {calls})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::BaseUrl;
    use crate::report::Condition;

    fn campaigns() -> Vec<Campaign> {
        [("7", "Spring", "paused"), ("9", "Live", "in-progress"), ("11", "New", "")]
            .map(|(id, name, status)| Campaign { id: id.into(), name: name.into(), status: status.into() })
            .into()
    }

    #[test]
    fn a_campaign_that_calls_at_once_is_noted_and_one_that_waits_is_fine() {
        let base_url = BaseUrl::parse("https://a.example", "").unwrap();
        let platform = Server::Platform { base_url, token: None, ca_certificates: None };
        assert_eq!(chosen("7", &campaigns(), &platform).condition, Condition::Ok);
        let live = chosen("9", &campaigns(), &platform);
        assert_eq!(live.condition, Condition::Note);
        assert!(live.what_to_do.is_some_and(|advice| advice.contains("--yes")));
        assert_eq!(chosen("11", &campaigns(), &platform).condition, Condition::Note, "a status nobody knows");
        assert_eq!(
            chosen("9", &campaigns(), &Server::Sandbox).condition,
            Condition::Ok,
            "nobody is called by the sandbox"
        );
    }

    #[test]
    fn without_a_campaign_all_are_listed_with_what_they_do() {
        let finding = not_chosen(CampaignOf::TheRun, &campaigns());
        assert_eq!((finding.exit_code, finding.details.len()), (2, 3));
        assert_eq!(finding.details[0], "7 \"Spring\" (paused, held back)");
        assert_eq!(finding.details[2], "11 \"New\" (status unknown, live)");
        assert_eq!(not_chosen(CampaignOf::EachRow, &campaigns()).exit_code, 0);
    }
}
