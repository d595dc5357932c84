//! Leads that are known, barred, refused or changed.

use super::{Entry, entry, in_state};

pub(super) const KNOWN: &[Entry] = &[
    in_state(
        "same_lead",
        "`duplicate`",
        "an earlier row of the input is the same lead",
        "nothing; `--allow-duplicates` sends it all the same",
    ),
    in_state("earlier_run", "as it was", "an earlier run settled it", "nothing"),
    in_state(
        "already_listed",
        "`exists`",
        "the platform's own list showed it before anything was sent (`--skip-existing`)",
        "nothing",
    ),
    in_state(
        "known_elsewhere",
        "`exists`",
        "another results file says that it is there (`--known`), or that its group is, under another primary contact",
        "nothing",
    ),
    in_state(
        "in_doubt_elsewhere",
        "`in_doubt`",
        "it is in doubt in another results file (`--known`); it is not sent before that is settled there",
        "run that import again, or `leadload reconcile` with that file",
    ),
];

pub(super) const BARRED: &[Entry] = &[
    in_state(
        "do_not_call_flag",
        "`suppressed`",
        "a column of the file itself says that the person must not be called (`Do Not Call`: yes). What is not clearly *no* there counts as yes. Or a column says who may be called (`Ok to call`) and says a clear *no*, or a status forbids it (`Lead Status`: `Do Not Call`)",
        "nothing; where the cell is out of date, correct it",
    ),
    in_state(
        "on_suppression_list",
        "`suppressed`",
        "its number is on a list that `--suppress` names, with the list and row; for further rows of its group: the primary contact's is. A secondary contact's row is left out of its lead",
        "nothing",
    ),
];

pub(super) const PLATFORM: &[Entry] = &[
    in_state(
        "rejected",
        "`rejected`",
        "the platform refused this lead; its words follow",
        "see the words; correct the row. It is sent again when its row has changed, or with `--retry-rejected`",
    ),
    in_state(
        "already_there",
        "`exists`",
        "the platform says that it has this lead",
        "nothing; `--on-exists update` gives it the variables of your row",
    ),
    in_state(
        "known_id",
        "`exists`",
        "the platform answered with the id of a lead that this run or an earlier one knows already",
        "nothing",
    ),
    in_state(
        "perhaps_already_there",
        "`rejected`",
        "the platform's words hint that it has this lead, but no look-up could tell",
        "see on the platform; `--retry-rejected` sends it again",
    ),
    in_state(
        "campaign_closed",
        "`unsent`",
        "the campaign takes no leads or is not there; its other leads are not sent",
        "open the campaign, then run the same command",
    ),
    in_state(
        "bad_token",
        "`unsent`",
        "the token is not accepted; the run stops",
        "get a new token, then run the same command",
    ),
    in_state(
        "no_balance",
        "`unsent`",
        "the account has no money left; the run stops",
        "top the account up, then run the same command",
    ),
    in_state(
        "stopped",
        "`unsent`",
        "the run was stopped before this lead was sent, or before a look-up told whether the platform, which refused it, has it already",
        "run the same command",
    ),
    in_state(
        "too_many_requests",
        "(tried again)",
        "429: all wait as long as the platform asks",
        "nothing; a lower `--rate` avoids it",
    ),
    in_state(
        "not_reached",
        "(tried again)",
        "the server was not reached, so nothing was created; until `--give-up`",
        "nothing; where it lasts, see to the network or the address",
    ),
];

pub(super) const CHANGES: &[Entry] = &[
    entry("updated", "the platform has the variables of the input now", "nothing"),
    entry(
        "update_failed",
        "the answer was lost, the server failed, or the lead that exists could not be looked up",
        "update again: it does no harm",
    ),
    entry(
        "update_refused",
        "the platform refused the change; its words follow. Where it refuses the token, the run stops",
        "see the words, and correct the row or the token",
    ),
    entry(
        "update_gone",
        "the lead is no longer on the platform; it still counts as created, so that nobody is created a second time",
        "nothing",
    ),
];

pub(super) const CHANGES_LEFT: &[Entry] = &[
    entry(
        "update_secondaries",
        "its secondary contacts differ from those it was created with; its variables are changed, they are not",
        "change them on the platform by hand, or undo and import the lead again",
    ),
    entry(
        "update_uncertain",
        "a look-up found it after a lost answer, so it is only likely yours",
        "see on the platform; `--force` changes it too",
    ),
    entry("update_not_ours", "the platform had it before", "`--all-known` changes it too"),
    entry("update_in_doubt", "its answer was lost", "`import` looks it up"),
    entry("update_barred", "its number is on a do-not-call list", "nothing"),
    entry("update_deleting", "it is being deleted", "finish the undo"),
    entry(
        "update_duplicate",
        "its row stands in a rejects file as a duplicate, with other words than the lead has",
        "edit the row that was sent, and update from its file; or take `_status` out where this row is right",
    ),
    entry(
        "update_other_primary",
        "its group was created with another primary contact",
        "put the first primary contact back, or change it on the platform by hand",
    ),
    entry(
        "update_no_id",
        "the results file does not say which lead on the platform it is",
        "for one that exists, import it with `--on-exists resolve`",
    ),
    entry("would_update", "in a dry run: it would be changed", "update without `--dry-run`"),
];
