//! Imports a spreadsheet: looks at it first, sends it, and can be stopped by Ctrl-C.
//!
//! ```sh
//! cargo run --example from_file                        # fixtures/leads.csv
//! cargo run --example from_file -- my-leads.xlsx
//! ```
//!
//! It goes into the sandbox inside this process. To send leads to a platform take the destination that is shown in `campaign`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use leadload::{BuildError, Destination, Import, ImportBuilder, Status, Token};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "fixtures/leads.csv".to_owned());
    let results = std::env::temp_dir().join("leadload-example.results.jsonl");
    let import =
        || -> ImportBuilder { Import::builder().file(&file).region("DE").to(Destination::sandbox()).results(&results) };

    let rehearsal = import().build()?.dry_run()?;
    println!("{} leads would be sent; the first request:", rehearsal.to_send());
    println!("{}\n", rehearsal.requests().first().map_or("-", String::as_str));

    let import =
        import().on_progress(Duration::from_secs(1), |now| println!("{} leads so far", now.leads.total())).build()?;
    let stop = import.stop_handle();
    tokio::spawn(async move {
        // Nothing new is sent from then on; what is on its way is awaited.
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.stop();
        }
    });
    let outcome = import.run_async().await?;
    println!("\n{outcome}\n\nCreated: {}", outcome.leads(Status::Created));
    Ok(())
}

/// The same into a campaign of a platform; the token is the account's.
#[expect(dead_code, reason = "nobody's account stands in an example")]
fn campaign(file: &Path, token: Token) -> Result<Import, BuildError> {
    let destination = Destination::platform("famulor").campaign("7").token(token);
    Import::builder().file(file).region("DE").rate("60/min").to(destination).build()
}
