//! Ctrl-C and SIGTERM: the first stops gracefully, the second at once. Neither loses anything: what was sent is recorded
//! before and after.

use crate::report::Console;
use crate::upload::{Stop, StopKind, StopReason};

/// The exit code of an interrupted run.
pub(super) const INTERRUPTED: u8 = 130;

/// Turns `stop` at the first signal and leaves at the second. Never returns.
pub(super) async fn listen(stop: Stop, console: Console) {
    signal().await;
    console.forget_echo();
    console.line("stopping: nothing new is sent, answers on their way are awaited (again Ctrl-C: leave at once)");
    stop.request(StopReason::new(StopKind::Interrupted, "interrupted"));
    signal().await;
    console.forget_echo();
    console.hide_bars();
    std::process::exit(i32::from(INTERRUPTED));
}

/// A file that grows beyond `ulimit -f` is to fail like a full disk, not to end the program without a word.
pub(super) fn outlive_file_limits() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        const SIGXFSZ: i32 = 25;
        // Whoever listens for it is not ended by it; the listener stays for as long as the process.
        drop(signal(SignalKind::from_raw(SIGXFSZ)));
    }
}

/// Ctrl-C, or SIGTERM where there is one.
#[cfg(unix)]
pub(super) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
