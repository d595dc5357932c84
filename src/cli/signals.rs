//! Ctrl-C and SIGTERM: the first stops gracefully, the second at once. Neither loses anything: what was sent is recorded
//! before and after.

use crate::report::Console;
use crate::upload::{Stop, StopKind, StopReason};

/// The exit code of an interrupted run.
pub(super) const INTERRUPTED: u8 = 130;

/// Turns `stop` at the first signal and leaves at the second. Never returns.
pub(super) async fn listen(stop: Stop, console: Console) {
    signal().await;
    console.line("stopping: nothing new is sent, answers on their way are awaited (again Ctrl-C: leave at once)");
    stop.request(StopReason::new(StopKind::Interrupted, "interrupted"));
    signal().await;
    std::process::exit(i32::from(INTERRUPTED));
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
