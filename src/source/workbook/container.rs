//! The zip file that a workbook is: where its parts are, and each of them as a stream of its own.
//!
//! A part is unpacked here and not by the `zip` crate, whose readers borrow the archive: one that owns what it needs can be
//! kept beside the rows, with no thread between. It counts what it unpacks, whatever the archive says of its sizes, so a
//! small file that unpacks without end is given up at a limit; and it checks the sum at the end.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::{PROTECTED, broken};
use crate::source::input::{Spool, SpoolReader};
use crate::source::size;

/// More files than this are no workbook.
const MOST_PARTS: usize = 10_000;

/// How much is unpacked at once.
const CHUNK: usize = 32 << 10;

/// The files of a zip archive.
pub(super) struct Container {
    spool: Arc<Spool>,
    places: HashMap<String, Place>,
    max_unpacked: u64,
}

/// Where a file is in the archive.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    packed: u64,
    crc: u32,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Container {
    /// Reads the list of files. `max_unpacked` is what each of them may unpack to.
    pub(super) fn open(spool: &Arc<Spool>, max_unpacked: u64) -> io::Result<Self> {
        let mut archive = ZipArchive::new(BufReader::new(spool.reader())).map_err(|error| broken(error.to_string()))?;
        if archive.len() > MOST_PARTS {
            return Err(broken(format!("it has {} parts", archive.len())));
        }
        let mut places = HashMap::new();
        for i in 0..archive.len() {
            let file = archive.by_index_raw(i).map_err(|error| broken(error.to_string()))?;
            let name = file.name().map_err(|error| broken(error.to_string()))?;
            let place = Place {
                start: file.data_start().ok_or_else(|| broken("a part is not where it should be"))?,
                packed: file.compressed_size(),
                crc: file.crc32(),
                method: file.compression(),
                is_encrypted: file.encrypted(),
            };
            places.insert(plain(&name), place);
        }
        Ok(Self { spool: Arc::clone(spool), places, max_unpacked })
    }

    /// True where there is a part of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&plain(name))
    }

    /// The part of this name as a stream, `None` where there is none.
    pub(super) fn part(&self, name: &str) -> io::Result<Option<Part>> {
        let Some(place) = self.places.get(&plain(name)) else { return Ok(None) };
        if place.is_encrypted {
            return Err(broken(PROTECTED));
        }
        let mut reader = self.spool.reader();
        reader.seek(SeekFrom::Start(place.start))?;
        let packed = BufReader::with_capacity(CHUNK, reader).take(place.packed);
        let bytes = match place.method {
            CompressionMethod::Stored => Packing::Stored(packed),
            CompressionMethod::Deflated => Packing::Deflated(Box::new(DeflateDecoder::new(packed))),
            other => return Err(broken(format!("{name} is packed by {other}, which workbooks do not use"))),
        };
        let checked = Checked { bytes, crc: Crc::new(), expected: place.crc, left: self.max_unpacked };
        Ok(Some(Part { buffer: BufReader::with_capacity(CHUNK, checked), fuel: FUEL }))
    }

    /// The part of this name, which the workbook says is there.
    pub(super) fn needed(&self, name: &str) -> io::Result<Part> {
        self.part(name)?.ok_or_else(|| broken(format!("its part {name} is missing")))
    }
}

/// A name without what programs write differently: the case, the kind of slash, one at the beginning.
pub(in crate::source) fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

enum Packing {
    Stored(io::Take<BufReader<SpoolReader>>),
    Deflated(Box<DeflateDecoder<io::Take<BufReader<SpoolReader>>>>),
}

/// What is unpacked, counted and summed.
struct Checked {
    bytes: Packing,
    crc: Crc,
    expected: u32,
    left: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match &mut self.bytes {
            Packing::Stored(reader) => reader.read(buffer)?,
            Packing::Deflated(reader) => reader.read(buffer)?,
        };
        if n == 0 && !buffer.is_empty() && self.crc.sum() != self.expected {
            return Err(broken("its checksum is wrong: the file is damaged or cut off"));
        }
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            let limit = usize::try_from(self.crc.amount()).unwrap_or(usize::MAX);
            broken(format!("it unpacks to more than {}; --max-unpacked allows more", size(limit)))
        })?;
        self.crc.update(buffer.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// How much may be read for one thing: a tag, a text, a record. All of it is in memory at once.
const FUEL: usize = 32 << 20;

/// One file of the archive, unpacked. It stops where one thing is longer than any is in a workbook.
pub(super) struct Part {
    buffer: BufReader<Checked>,
    fuel: usize,
}

impl Part {
    /// The next thing begins.
    pub(super) fn refuel(&mut self) {
        self.fuel = FUEL;
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.buffer.read(buffer)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.fuel == 0 {
            return Err(broken(format!("one thing in it is longer than {}", size(FUEL))));
        }
        self.buffer.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.fuel = self.fuel.saturating_sub(n);
        self.buffer.consume(n);
    }
}
