//! Doubts, and what an undo leaves.

use super::{Entry, entry, in_state};

pub(super) const DOUBTS: &[Entry] = &[
    in_state(
        "answer_lost",
        "`in_doubt`",
        "the request left, and then the connection broke or `--timeout` was over",
        "run the same command, or `leadload reconcile`: both look it up",
    ),
    in_state(
        "server_error",
        "`in_doubt`",
        "408 or 5xx: the lead may have been created all the same",
        "run the same command, or `leadload reconcile`: both look it up",
    ),
    in_state(
        "unreadable",
        "`in_doubt`",
        "an answer that cannot be read, or that no rule of a platform file fits; the run stops where it does not come from the platform, and where a platform file is wrong about it",
        "where the run stopped see to the address (`--base-url`), or describe that answer in the platform file; then run the same command",
    ),
    in_state(
        "redirect",
        "`in_doubt`",
        "a redirect: the base URL or the token is wrong; the run stops",
        "correct `--base-url` or the token, then run the same command",
    ),
    in_state(
        "html_answer",
        "`in_doubt`",
        "a web page: the base URL or the token is wrong; the run stops",
        "correct `--base-url` or the token, then run the same command",
    ),
    in_state("found_by_look_up", "`created`", "the answer was lost, and a look-up found the lead", "nothing"),
    in_state(
        "absent",
        "`unsent`",
        "the answer was lost, and look-ups prove, or a person says (`--in-doubt resend`), that the lead is not there: it is sent again",
        "nothing",
    ),
    in_state(
        "decided",
        "`exists`",
        "the answer was lost, and a person says that the lead is there, or is not wanted (`--in-doubt skip`): it is never sent again",
        "nothing",
    ),
    in_state(
        "there_before",
        "`exists`",
        "the platform showed, in its answer or in a look-up after a lost one, a lead that was there before this one was first sent",
        "nothing",
    ),
    in_state(
        "perhaps_there_before",
        "`created`",
        "the platform said that it created the lead, but by its own time it may have been there before: it is not certain",
        "see on the platform, if it matters whose it is",
    ),
    in_state(
        "not_recorded",
        "`in_doubt`",
        "what became of it could not be written to the results file; the run stops",
        "make room on the disk, then run the same command: it is looked up",
    ),
    in_state(
        "look_up_unproven",
        "`in_doubt`",
        "look-ups were not seen to work, so that this one finds nothing proves nothing: nobody is known who must be found, somebody who is there is not found, or the platform's list goes round, breaks off or goes on behind its end",
        "run the same command once somebody is there, or see on the platform and decide (`--in-doubt`); where a platform file describes the platform, see to its lists",
    ),
    in_state(
        "look_up_unclear",
        "`in_doubt`",
        "the platform's list shows the number, but not in which campaign",
        "see on the platform and decide (`--in-doubt resend` or `--in-doubt skip`)",
    ),
    in_state(
        "look_up_missing",
        "`in_doubt`",
        "the platform file describes no look-up (or no list of all leads), so nobody can tell whether it is there",
        "see on the platform and decide (`--in-doubt resend` or `--in-doubt skip`)",
    ),
    in_state(
        "look_up_ambiguous",
        "`in_doubt`",
        "the platform shows a lead with its number, but that may be another one: it was sent with `--allow-duplicates`, the lead that was found is another row's, or it may be a secondary contact of somebody",
        "see on the platform and decide (`--in-doubt resend` or `--in-doubt skip`)",
    ),
    in_state("look_up_failed", "`in_doubt`", "the platform's list did not answer", "run the same command later"),
    in_state(
        "look_up_refused",
        "`in_doubt`",
        "the platform's list answered with an error",
        "run the same command later; where it stays so, see on the platform and decide (`--in-doubt`)",
    ),
    in_state(
        "look_up_unreadable",
        "`in_doubt`",
        "the platform's list cannot be read",
        "where a platform file describes the platform, see to its lists; else see on the platform and decide (`--in-doubt resend` or `--in-doubt skip`)",
    ),
    in_state(
        "look_up_too_long",
        "`in_doubt`",
        "the platform's list has too many pages",
        "see on the platform and decide (`--in-doubt resend` or `--in-doubt skip`)",
    ),
];

pub(super) const UNDO: &[Entry] = &[
    entry(
        "undo_touched",
        "the platform shows another status than that of a new lead, or than the one that was sent (PollyBot): it was called, or changed",
        "`--force` deletes it",
    ),
    entry("undo_unclear", "the platform does not show whether it was called", "`--force` deletes it"),
    entry(
        "undo_uncertain",
        "a look-up found it after its answer was lost, or the answer showed one that may have been there before, so it may be somebody else's",
        "see on the platform; `--force` deletes it where the platform shows it",
    ),
    entry(
        "undo_not_shown",
        "the platform does not show it: it was deleted by hand, or its list cannot be read",
        "`--force` deletes it where it is certainly yours",
    ),
    entry(
        "undo_somebody_else",
        "the platform shows another number, or another campaign, under its id",
        "nothing: it is never deleted",
    ),
    entry(
        "undo_no_id",
        "the results file does not say under which id it is there",
        "find it on the platform, and delete it there",
    ),
    entry(
        "undo_forgotten",
        "the person was taken out of the results file, so that it cannot be told who the platform shows under this id",
        "delete it on the platform by hand",
    ),
    entry(
        "undo_refused",
        "the platform does not delete it; its words follow",
        "see the words; delete it on the platform by hand",
    ),
    entry(
        "undo_unanswered",
        "the platform did not answer: the deletion is open",
        "run the same command: it finishes it",
    ),
];

pub(super) const FORGOTTEN: &[Entry] = &[in_state(
    "forgotten",
    "`created`, `exists`",
    "the person was taken out of the results file (`leadload forget`) and is never sent again; `exists` also of a lead that was not on the platform",
    "nothing",
)];
