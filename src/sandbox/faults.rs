//! Which request goes wrong, and how: a script, or dice with a seed.

use std::collections::VecDeque;
use std::time::Duration;

use super::options::Quirk;

/// One thing that goes wrong with a request. "Effect" is what the request asks for: the lead is created (for other
/// requests: updated, deleted; a list has none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset, without effect.
    ResetBefore,
    /// It has its effect, then the connection is reset without an answer.
    ResetAfter,
    /// It has its effect, then the connection closes in the middle of the answer's body.
    HalfAnswer,
    /// No answer for as long as the client waits, and no effect.
    HangBefore,
    /// It has its effect, and no answer for as long as the client waits.
    HangAfter,
    /// The connection is reset at once; the effect comes this much later.
    LateCommit(Duration),
    /// This HTTP status, with the platform's kind of JSON.
    Status(u16, Effect),
    /// 429, without effect.
    TooManyRequests(RetryForm),
    /// 302 to a login page, without effect.
    Redirect,
    /// 200 with an HTML page, without effect: a captive portal, or a wrong address.
    HtmlOk,
    /// It has its effect; the answer is complete for HTTP but its JSON stops in the middle.
    TruncatedJson,
    /// From this request on the token is refused.
    TokenDies,
    /// From this request on there is no balance left.
    BalanceDies,
    /// From this request on the platform has this quirk.
    Turns(Quirk),
}

/// Whether a request that fails has had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It fails before.
    Before,
    /// It fails after: the lead is there.
    After,
}

/// How a 429 says when to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryForm {
    /// `Retry-After: 30` and the same in the body, as the vendors document.
    Seconds(u32),
    /// `Retry-After` as an HTTP date, this many seconds from now by the server's clock.
    Date(u32),
    /// `retry_after` in the body only.
    Body(u32),
    /// Not at all.
    Silent,
    /// `Retry-After` with this text, whatever it is.
    Raw(String),
}

/// Where the faults of one kind of request come from.
#[derive(Debug, Clone)]
pub struct Faults(Source);

#[derive(Debug, Clone)]
enum Source {
    Script(VecDeque<Option<Fault>>),
    Random { dice: fastrand::Rng, chance: f64, among: Vec<Fault> },
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self(Source::Script(VecDeque::new()))
    }

    /// The nth request meets the nth entry; after the last one nothing goes wrong any more. Requests that are refused
    /// at the door (rate, token) do not count.
    pub fn script(script: impl IntoIterator<Item = Option<Fault>>) -> Self {
        Self(Source::Script(script.into_iter().collect()))
    }

    /// Each request meets, with this chance (0 to 1), one of `among`. The same seed gives the same faults to requests
    /// in the same order.
    pub fn random(seed: u64, chance: f64, among: impl IntoIterator<Item = Fault>) -> Self {
        let among = among.into_iter().collect();
        Self(Source::Random { dice: fastrand::Rng::with_seed(seed), chance, among })
    }

    /// What happens to the next request.
    pub(super) fn next_fault(&mut self) -> Option<Fault> {
        match &mut self.0 {
            Source::Script(script) => script.pop_front().flatten(),
            Source::Random { dice, chance, among } => {
                if dice.f64() < *chance {
                    dice.choice(among.iter()).cloned()
                } else {
                    None
                }
            }
        }
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_meets_the_requests_in_order_and_then_ends() {
        let mut faults = Faults::script([None, Some(Fault::Redirect), Some(Fault::HtmlOk)]);
        let met: Vec<_> = (0..5).map(|_| faults.next_fault()).collect();
        assert_eq!(met, [None, Some(Fault::Redirect), Some(Fault::HtmlOk), None, None]);
    }

    #[test]
    fn random_faults_repeat_with_their_seed_and_come_about_as_often_as_asked() {
        let draw = |seed| {
            let mut faults = Faults::random(seed, 0.25, [Fault::ResetBefore, Fault::ResetAfter]);
            (0..4000).map(|_| faults.next_fault()).collect::<Vec<_>>()
        };
        let first = draw(1);
        assert_eq!(first, draw(1));
        assert_ne!(first, draw(2));
        let count = first.iter().flatten().count();
        assert!((800..1200).contains(&count), "{count}");
    }
}
