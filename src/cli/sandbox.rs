//! `leadload sandbox`: the stand-in for the platforms as a server of its own.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::args::SandboxArgs;
use super::settings::parse_duration;
use crate::clock::Clock;
use crate::report::Console;
use crate::sandbox::{Effect, Fault, Faults, RetryForm, Sandbox, SandboxOptions};
use crate::upload::{Rate, Stop};

/// Serves until it is stopped.
///
/// # Errors
/// An option cannot be used, or the port is taken.
pub(super) async fn serve(args: &SandboxArgs, stop: Stop, console: &Console) -> Result<()> {
    let options = options(args)?;
    let campaigns: Vec<_> = options.campaigns.iter().map(|c| format!("{} {:?} ({})", c.id, c.name, c.status)).collect();
    let sandbox = Sandbox::start(options, args.port).await.with_context(|| {
        format!("the sandbox cannot listen on port {} of this machine (another one by --port)", args.port)
    })?;
    let url = sandbox.base_url();
    let token = args.token.as_deref().unwrap_or("any");
    console.line(&format!("The sandbox is at {url} (in memory; nothing is kept; Ctrl-C ends it)."));
    console.line(&format!("  campaigns: {}", campaigns.join(", ")));
    console.line(&format!(
        "  import:    LEADLOAD_TOKEN={token} leadload import leads.csv --platform autocalls --base-url {url} --campaign 7"
    ));
    stop.requested().await;
    console.line(&format!("The sandbox had {} leads.", sandbox.leads().len()));
    sandbox.stop().await;
    Ok(())
}

fn options(args: &SandboxArgs) -> Result<SandboxOptions> {
    let mut options = SandboxOptions::new(Clock::system());
    options.token.clone_from(&args.token);
    options.latency = parse_duration(&args.latency).context("--latency cannot be used")?;
    for text in &args.rate {
        let rate: Rate = text.parse().context("--rate cannot be used")?;
        options.rate_limits.push((rate.count(), rate.window()));
    }
    if let Some(share) = args.chaos {
        if !(0.0..=1.0).contains(&share) {
            bail!("--chaos {share} is no share\nwhat to do: write a number from 0 to 1, like 0.1");
        }
        options.create_faults = Faults::random(args.seed, share, failures());
    }
    Ok(options)
}

/// The ways in which networks and servers fail.
fn failures() -> Vec<Fault> {
    vec![
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HalfAnswer,
        Fault::LateCommit(Duration::from_secs(2)),
        Fault::Status(500, Effect::Before),
        Fault::Status(502, Effect::After),
        Fault::TooManyRequests(RetryForm::Seconds(1)),
    ]
}
