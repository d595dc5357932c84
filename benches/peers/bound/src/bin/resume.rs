//! The bound of a resume: a results file read line by line into borrowed structs, and nothing done with them.

use std::borrow::Cow;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};

use anyhow::Context;
use serde::Deserialize;

/// What a resume has to know of a line.
#[derive(Deserialize)]
struct Line<'a> {
    n: u64,
    d: u64,
    r#type: &'a str,
    key: Option<&'a str>,
    status: Option<&'a str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    request: Option<&'a str>,
    #[serde(borrow)]
    target: Option<Cow<'a, str>>,
    at: Option<&'a str>,
}

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).context("usage: resume FILE")?;
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let (mut text, mut lines, mut leads) = (Vec::new(), 0_u64, 0_u64);
    while file.read_until(b'\n', &mut text)? > 0 {
        let line: Line<'_> = serde_json::from_slice(&text)?;
        lines += 1;
        leads += u64::from(line.r#type == "lead" && line.status.is_some());
        black_box((line.n, line.d, line.key, line.id, line.request, line.target, line.at));
        text.clear();
    }
    println!("{lines} lines, {leads} leads");
    Ok(())
}
