//! The bound of a dry run: the file read as `csv` byte records, and the same cells through the bare phone engine.
//!
//! Each core takes its own part of the file, so nothing waits for anything. No cell may hold a line break.
//! `prepare FILE PHONE_COLUMN COUNTRY_COLUMN`, columns counted from 0; prints rows and valid numbers.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::thread;

use anyhow::{Context, anyhow};
use csv::ByteRecord;
use rlibphonenumber::{PhoneNumberType, PhoneNumberUtil, Region};

/// Where the cells that are read stand.
#[derive(Clone, Copy)]
struct Columns {
    phone: usize,
    country: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [path, phone, country] = arguments.as_slice() else {
        return Err(anyhow!("usage: prepare FILE PHONE_COLUMN COUNTRY_COLUMN"));
    };
    let columns = Columns { phone: phone.parse()?, country: country.parse()? };
    let path = Path::new(path);
    let cores = u64::try_from(thread::available_parallelism()?.get())?;
    let length = path.metadata()?.len();
    let (rows, valid) = thread::scope(|scope| {
        let parts = (0..cores).map(|part| (length * part / cores, length * (part + 1) / cores));
        let threads: Vec<_> = parts.map(|(from, to)| scope.spawn(move || read_part(path, from, to, columns))).collect();
        threads.into_iter().try_fold((0, 0), |(rows, valid), thread| {
            let part = thread.join().map_err(|_| anyhow!("a thread panicked"))??;
            anyhow::Ok((rows + part.0, valid + part.1))
        })
    })?;
    println!("{rows} rows, {valid} valid numbers");
    Ok(())
}

/// The rows that begin after the first line break at or after `from`, up to the one that holds byte `to`.
fn read_part(path: &Path, from: u64, to: u64, columns: Columns) -> anyhow::Result<(u64, u64)> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    file.seek(SeekFrom::Start(from))?;
    let begin = from + u64::try_from(file.skip_until(b'\n')?)?;
    // The last row of the part reaches beyond it.
    let mut end = BufReader::new(File::open(path)?);
    end.seek(SeekFrom::Start(to))?;
    let end = to + u64::try_from(end.skip_until(b'\n')?)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.take(end.saturating_sub(begin)));
    let engine = PhoneNumberUtil::new().context("the engine's tables")?;
    let mut record = ByteRecord::new();
    let (mut rows, mut valid) = (0, 0);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        valid += u64::from(is_valid(&engine, &record, columns));
    }
    Ok((rows, valid))
}

fn is_valid(engine: &PhoneNumberUtil, record: &ByteRecord, columns: Columns) -> bool {
    let cell = |column: usize| record.get(column).and_then(|cell| std::str::from_utf8(cell).ok());
    let region = cell(columns.country).and_then(|code| Region::from_code(code).ok());
    let number = cell(columns.phone).and_then(|cell| engine.parse(cell, region).ok());
    number.is_some_and(|number| engine.get_number_type(&number) != PhoneNumberType::Unknown)
}
