//! Imports the program's own rows, with no file: here from a list, in your program from a database.
//!
//! ```sh
//! cargo run --example own_rows
//! ```
//!
//! It goes into the sandbox inside this process: no account is needed, and nobody is called.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use leadload::{Destination, Import, LeadReport, Outcome, Rows};

/// What your program knows of a person.
struct Contact {
    company: &'static str,
    name: &'static str,
    phone: &'static str,
}

const CONTACTS: [Contact; 4] = [
    Contact { company: "Berger Dachbau", name: "Ada Berger", phone: "+49 30 23125001" },
    Contact { company: "Berger Dachbau", name: "Jonas Berger", phone: "030 23125002" },
    Contact { company: "Café Costa", name: "Milan Costa", phone: "+49 (0)30 23125003" },
    Contact { company: "No Number AG", name: "Nobody Home", phone: "unknown" },
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join("leadload-example");
    std::fs::create_dir_all(&folder)?;
    let results = folder.join("crm.results.jsonl");

    // The id that the platform gave each lead belongs into your own books.
    let told: Arc<Mutex<Vec<LeadReport>>> = Arc::default();
    let books = Arc::clone(&told);
    let outcome: Outcome = Import::builder()
        .rows(Rows::new("crm", ["phone", "customer_name", "company"], CONTACTS.iter().map(cells)))
        .mapping(r#"group_by = ["company"]"#)
        .region("DE")
        .to(Destination::sandbox())
        .results(&results)
        .on_lead(move |lead| books.lock().unwrap_or_else(PoisonError::into_inner).push(lead))
        .build()?
        .run()?;

    for lead in told.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let rows: Vec<String> = lead.rows.iter().map(ToString::to_string).collect();
        let id = lead.id.as_deref().unwrap_or("-");
        let why = lead.reason.as_ref().map(|reason| reason.message.as_str()).unwrap_or_default();
        println!("{} {id} {} {why}", rows.join(" + "), lead.status);
    }
    println!("\n{outcome}");
    Ok(())
}

fn cells(contact: &Contact) -> [&'static str; 3] {
    [contact.phone, contact.name, contact.company]
}
