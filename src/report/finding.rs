//! What an examination finds: one thing looked at, how it is, and what to do about it.

use schemars::JsonSchema;
use serde::Serialize;

use super::layout::beside;
use super::problem::apart;
use super::wording::plain;

/// How the thing is that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// As it should be.
    Ok,
    /// It works, and something about it is worth knowing.
    Note,
    /// An import would not work, or not as a whole.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// What was looked at: `token`, `host`, `campaign`…
    pub check: &'static str,
    /// How it is.
    pub condition: Condition,
    /// What was found, in words.
    pub message: String,
    /// Further lines, such as the list of campaigns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// What to do about it.
    pub what_to_do: Option<String>,
    /// The exit code with which an import would end for this; 0 unless it is a problem.
    pub exit_code: u8,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Self {
        let (message, details) = (message.into(), Vec::new());
        Self { check, condition: Condition::Ok, message, details, what_to_do: None, exit_code: 0 }
    }

    /// Worth knowing.
    pub fn note(check: &'static str, message: impl Into<String>) -> Self {
        Self { condition: Condition::Note, ..Self::ok(check, message) }
    }

    /// An import would end with `exit_code` and this message, which may say what to do.
    pub fn problem(check: &'static str, exit_code: u8, message: impl Into<String>) -> Self {
        let message = message.into();
        let (what, what_to_do) = apart(&message);
        let what_to_do = what_to_do.map(str::to_owned);
        Self { condition: Condition::Problem, exit_code, what_to_do, ..Self::ok(check, what) }
    }

    /// The same with what to do about it, besides what its message says.
    #[must_use]
    pub fn advising(self, what_to_do: impl Into<String>) -> Self {
        let known = self.what_to_do.into_iter().chain([what_to_do.into()]).collect::<Vec<_>>();
        Self { what_to_do: Some(known.join("; ")), ..self }
    }

    /// The same with further lines.
    #[must_use]
    pub fn with_details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }

    /// The lines for people, without a line break at their end.
    #[must_use]
    pub fn text(&self) -> String {
        let condition = match self.condition {
            Condition::Ok => "ok",
            Condition::Note => "note",
            Condition::Problem => "PROBLEM",
        };
        let mut out = String::new();
        beside(&mut out, 2, &format!("{condition:<7}  {}", self.check), HEAD, &plain(&self.message));
        for detail in &self.details {
            beside(&mut out, 2, "", HEAD, &plain(detail));
        }
        if let Some(what_to_do) = &self.what_to_do {
            beside(&mut out, 2, "", HEAD, &format!("→ {}", plain(what_to_do)));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// How wide the column is that says what was looked at: `PROBLEM  temporary files`.
const HEAD: usize = 9 + 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_looked_at_how_it_is_and_what_to_do() {
        let fine = Finding::ok("token", "from the environment variable LEADLOAD_TOKEN");
        insta::assert_snapshot!(fine.text(), @"  ok       token            from the environment variable LEADLOAD_TOKEN");
        let bad = Finding::problem(
            "campaign",
            2,
            "there is no campaign \"Sprng\" on the platform, whatever the case of its letters",
        )
        .with_details(vec!["7  \"Spring campaign\"  paused".to_owned()])
        .advising("give --campaign an id or a name of these");
        insta::assert_snapshot!(bad.text(), @r#"
          PROBLEM  campaign         there is no campaign "Sprng" on the platform,
                                    whatever the case of its letters
                                    7  "Spring campaign"  paused
                                    → give --campaign an id or a name of these
        "#);
    }

    #[test]
    fn what_an_error_says_to_do_is_advice_and_no_part_of_what_was_found() {
        let error = "the token is not accepted\nwhat to do: make a new one";
        let finding = Finding::problem("token", 3, error).advising("it may have run out");
        assert_eq!(finding.message, "the token is not accepted");
        assert_eq!(finding.what_to_do.as_deref(), Some("make a new one; it may have run out"));
    }

    #[test]
    fn what_a_server_says_moves_no_cursor() {
        let text = Finding::note("host", "it says \u{1b}[2Jnothing\nok token").text();
        assert!(!text.contains('\u{1b}') && text.lines().count() == 1, "{text:?}");
    }
}
