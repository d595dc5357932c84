//! The names of the variables that will be sent, held against those that the platform's assistants know: what no assistant
//! knows is never spoken, and most often a slip of the hand.

use std::collections::BTreeSet;

use super::columns::Columns;
use super::plan::{CheckVariables, Plan};
use crate::platform::{OtherVariables, Platform};
use crate::report::Reporter;
use crate::run::{Connected, RunError, Surroundings};
use crate::source::Source;
use crate::upload::{Event, Exchange, Observer, Stopped};

/// Nearer than this, by Jaro and Winkler, a name is worth suggesting.
const ALIKE: f64 = 0.85;

/// Asks for the assistants, where the platform can tell, and says which of the variables that are `sent` none of them has.
///
/// # Errors
/// Such variables are to stop the run, or it was stopped meanwhile.
pub(super) async fn check(
    plan: &Plan,
    sent: BTreeSet<String>,
    connected: &Connected,
    around: &Surroundings,
) -> Result<(), RunError> {
    if plan.check_variables == CheckVariables::Off {
        return Ok(());
    }
    let Some(known) = known_to_assistants(connected, around).await? else { return Ok(()) };
    let unknown = unknown(&sent, &known);
    if plan.check_variables == CheckVariables::Stop && !unknown.is_empty() {
        let what = unknown.join("\n");
        return Err(RunError::Mapping(format!("{what}\nnothing was sent (--check-variables stop)")));
    }
    for sentence in unknown {
        around.reporter.console().note(&format!("note: {sentence}"));
    }
    Ok(())
}

/// Holds the names of the variables against the places that a platform file has for them.
///
/// # Errors
/// An input gives no variable of a name that the file needs: then every lead would lack it.
pub(super) fn check_places(
    plan: &Plan,
    columns: &Columns,
    sources: &[Source],
    platform: &dyn Platform,
    reporter: &Reporter,
) -> Result<(), RunError> {
    let Some(places) = platform.variable_places() else { return Ok(()) };
    let sent = sent_by(plan, columns, sources);
    let named = |names: Vec<&String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let lacking: Vec<&String> = places.needed.difference(&sent).collect();
    let may_come = sources.iter().any(Source::header_may_grow);
    if let (Some(first), false) = (lacking.first(), may_come) {
        let alike = nearest(first, &places.needed, &sent).map(|near| format!("Did you mean `{near}`? "));
        return Err(RunError::Mapping(format!(
            "the platform file has places for variables that no column gives: {}. {}Write {{variables.NAME?}} where an input may \
             lack one. There are: {}",
            named(lacking),
            alike.unwrap_or_default(),
            named(sent.iter().collect())
        )));
    }
    if places.others == OtherVariables::LeftOut {
        let is_left = |name: &&String| !places.needed.contains(*name) && !places.optional.contains(*name);
        let left: Vec<&String> = sent.iter().filter(is_left).collect();
        if !left.is_empty() {
            let note =
                format!("the platform file has no place for these variables, which are not sent: {}", named(left));
            reporter.event(Event::Note(&note));
        }
    }
    Ok(())
}

/// The names of the variables that will be sent, as far as the headers tell: records of JSON Lines may bring more.
pub(super) fn sent_by(plan: &Plan, columns: &Columns, sources: &[Source]) -> BTreeSet<String> {
    // A header that does not fit the mapping is told when the file is read.
    let bound = sources.iter().enumerate().filter_map(|(index, source)| {
        let recognised = columns.of(index, &plan.mapping, source.header());
        plan.mapping.bind_so_far_as(source.header(), &recognised).ok()
    });
    bound.flat_map(|bound| bound.variable_names()).collect()
}

/// `None` where the platform cannot tell.
async fn known_to_assistants(
    connected: &Connected,
    around: &Surroundings,
) -> Result<Option<BTreeSet<String>>, RunError> {
    let Some(request) = connected.platform.assistants() else { return Ok(None) };
    let asked = connected.line.ask(&request, 1, around.reporter.as_ref()).await;
    let body = match asked {
        Err(Stopped) => return around.stop.reason().map_or(Ok(None), |reason| Err(RunError::Stopped(reason))),
        Ok(Exchange::Answered(response)) if (200..300).contains(&response.status) => response.body,
        Ok(_) => {
            tracing::debug!("the assistants cannot be listed, so the names of variables are not checked");
            return Ok(None);
        }
    };
    match connected.platform.read_assistants(&body) {
        Ok(names) => Ok(Some(names)),
        Err(error) => {
            tracing::debug!(%error, "the list of assistants cannot be read");
            Ok(None)
        }
    }
}

/// A sentence for each name that is sent and that nobody knows. Where nobody knows any name, nothing can be told.
fn unknown(sent: &BTreeSet<String>, known: &BTreeSet<String>) -> Vec<String> {
    if known.is_empty() {
        return Vec::new();
    }
    let all: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let sentence = |name: &String| match nearest(name, sent, known) {
        Some(nearest) => format!("`{name}` is on no assistant; did you mean `{nearest}`?"),
        None => format!("`{name}` is on no assistant; there are: {}", all.join(", ")),
    };
    sent.difference(known).map(sentence).collect()
}

/// A name that is sent already is not what was meant.
fn nearest<'a>(name: &str, sent: &'a BTreeSet<String>, known: &'a BTreeSet<String>) -> Option<&'a String> {
    let folded = |name: &str| name.to_lowercase().replace([' ', '-', '.'], "_");
    let likeness = |other: &&String| strsim::jaro_winkler(&folded(name), &folded(other));
    let best = known.difference(sent).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= ALIKE).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sent: &[&str], known: &[&str]) -> Vec<String> {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        unknown(&owned(sent), &owned(known))
    }

    #[test]
    fn a_name_that_nobody_knows_is_told_with_the_nearest_or_with_all_there_are() {
        assert_eq!(
            told(&["custmer_name", "city", "shoe_size"], &["customer_name", "city"]),
            [
                "`custmer_name` is on no assistant; did you mean `customer_name`?",
                "`shoe_size` is on no assistant; there are: `city`, `customer_name`"
            ]
        );
        assert_eq!(
            told(&["First Name"], &["first_name"]),
            ["`First Name` is on no assistant; did you mean `first_name`?"]
        );
    }

    #[test]
    fn a_name_that_is_sent_anyway_is_not_suggested() {
        let told = told(&["customer_name", "customer_name2"], &["customer_name", "city"]);
        assert_eq!(told, ["`customer_name2` is on no assistant; there are: `city`, `customer_name`"]);
    }

    #[test]
    fn nothing_is_said_where_all_are_known_or_no_assistant_has_variables() {
        assert!(told(&["city"], &["city", "zip"]).is_empty());
        assert!(told(&[], &["city"]).is_empty());
        assert!(told(&["city", "zip"], &[]).is_empty());
    }
}
