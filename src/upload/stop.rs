//! The one way in which a run is stopped early, and why it was.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

/// Why a run stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopKind {
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// The platform's word, or its silence: token, balance, a wrong address, too long a wait, too many doubts; or what the
    /// user said before: too many failures, too late.
    Platform,
    /// What the platform shows is not what was sent.
    Mismatch,
    /// The results file cannot be written: nothing may be sent that is not recorded.
    Results,
    /// The input changed or broke off while it was read.
    Input,
}

/// Why a run stopped, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReason {
    /// The kind, which decides the exit code.
    pub kind: StopKind,
    /// A sentence: what happened, and what to do.
    pub message: String,
}

impl StopReason {
    /// A reason of this kind.
    pub fn new(kind: StopKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// A switch that is turned once; clones share it. The first reason stays.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<Option<StopReason>>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Nothing new is sent from now on; what is on its way is awaited.
    pub fn request(&self, reason: StopReason) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// Whether, and why.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Whether.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until it is.
    pub async fn requested(&self) {
        // The sender lives as long as self, so this ends only with a reason.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// What `work` gives; `None`, and its result is dropped, where it is requested meanwhile or was so already.
    pub async fn unless_requested<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        if self.is_requested() {
            return None;
        }
        // Work that need not wait does not pay for listening.
        let done = tokio::select! {
            biased;
            done = work => Some(done),
            () = self.requested() => None,
        };
        done.filter(|_| !self.is_requested())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays_and_everyone_hears_of_it() {
        let stop = Stop::default();
        assert!(!stop.is_requested());
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.requested().await }
        });
        stop.request(StopReason::new(StopKind::Platform, "first"));
        stop.request(StopReason::new(StopKind::Interrupted, "second"));
        waiting.await.unwrap();
        assert_eq!(stop.reason().unwrap().message, "first");
        stop.requested().await;
    }
}
