//! The compound file that an old workbook (and a protected new one) is: a small file system of its own ([MS-CFB]).
//!
//! [MS-CFB]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/

use std::io::{self, Read, Seek, SeekFrom};

use super::broken;
use super::bytes::{Bytes, utf16};
use crate::source::input::SpoolReader;

/// Sectors with this number and above mean something else than a place.
const LAST_SECTOR: u32 = 0xffff_fff9;

/// An entry of the directory.
const ENTRY: usize = 128;

/// A compound file.
pub(super) struct Compound {
    reader: SpoolReader,
    sector: usize,
    small_sector: usize,
    /// The sector after each sector.
    next: Vec<u32>,
    /// The small sector after each small sector.
    small_next: Vec<u32>,
    /// The bytes in which the small sectors are.
    small: Vec<u8>,
    small_below: u64,
    entries: Vec<Entry>,
    limit: u64,
}

#[derive(Clone)]
struct Entry {
    name: String,
    start: u32,
    length: u64,
}

impl Compound {
    /// Reads the directory. No stream longer than `limit` is read.
    pub(super) fn open(reader: SpoolReader, limit: u64) -> io::Result<Self> {
        let mut file = Self {
            reader,
            sector: 0,
            small_sector: 0,
            next: Vec::new(),
            small_next: Vec::new(),
            small: Vec::new(),
            small_below: 0,
            entries: Vec::new(),
            limit,
        };
        let mut head = [0; 512];
        file.reader.read_exact(&mut head)?;
        let head = Bytes(&head);
        (file.sector, file.small_sector) = (1 << head.u16(30)?.min(16), 1 << head.u16(32)?.min(16));
        if file.sector < 512 || file.small_sector < 32 {
            return Err(broken("its sectors are too small"));
        }
        file.small_below = u64::from(head.u32(56)?);
        file.read_table(head)?;
        let directory = file.chain(head.u32(48)?, limit)?;
        file.entries =
            directory.as_chunks::<ENTRY>().0.iter().filter_map(|entry| read_entry(Bytes(entry)).ok()).collect();
        let small_table = file.chain(head.u32(60)?, limit)?;
        file.small_next = numbers(&small_table);
        if let Some(root) = file.entries.first().cloned() {
            file.small = file.chain(root.start, root.length.min(limit))?;
        }
        Ok(file)
    }

    /// True where there is a stream of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The stream of this name.
    pub(super) fn stream(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name).cloned() else { return Ok(None) };
        if entry.length > self.limit {
            return Err(broken(format!("it holds more than {} MiB", self.limit >> 20)));
        }
        if entry.length >= self.small_below {
            return self.chain(entry.start, entry.length).map(Some);
        }
        let mut bytes = Vec::new();
        for sector in steps(&self.small_next, entry.start) {
            let start = (sector? as usize).saturating_mul(self.small_sector);
            let end = start.saturating_add(self.small_sector).min(self.small.len());
            bytes.extend_from_slice(self.small.get(start..end).unwrap_or_default());
        }
        bytes.truncate(usize::try_from(entry.length).unwrap_or(usize::MAX));
        Ok(Some(bytes))
    }

    /// Reads which sector follows which: the first 109 sectors of that table are named in the head, others in a chain.
    fn read_table(&mut self, head: Bytes<'_>) -> io::Result<()> {
        let mut sectors: Vec<u32> = (0..109).map_while(|i| head.u32(76 + 4 * i).ok()).collect();
        let mut more = head.u32(68)?;
        // The table cannot be longer than the file: one that says so leads in a circle.
        let most = self.reader.seek(SeekFrom::End(0))? / self.sector as u64;
        while more <= LAST_SECTOR {
            if sectors.len() as u64 > most + 109 {
                return Err(broken("its parts run in a circle"));
            }
            let mut named = numbers(&self.read_sector(more)?);
            more = named.pop().unwrap_or(u32::MAX);
            sectors.extend(named);
        }
        for sector in sectors.into_iter().filter(|&sector| sector <= LAST_SECTOR) {
            let table = self.read_sector(sector)?;
            self.next.extend(numbers(&table));
        }
        Ok(())
    }

    fn read_sector(&mut self, sector: u32) -> io::Result<Vec<u8>> {
        let start = (u64::from(sector) + 1) * self.sector as u64;
        self.reader.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(self.sector);
        self.reader.by_ref().take(self.sector as u64).read_to_end(&mut bytes)?;
        if bytes.is_empty() { Err(super::xml::cut_off()) } else { Ok(bytes) }
    }

    /// The bytes of a chain of sectors, `length` at most.
    fn chain(&mut self, start: u32, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let sectors: Vec<u32> = steps(&self.next, start).collect::<io::Result<_>>()?;
        for sector in sectors {
            if bytes.len() as u64 >= length {
                break;
            }
            bytes.extend(self.read_sector(sector)?);
        }
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(bytes)
    }
}

/// The sectors of a chain; one that runs in a circle is an error.
fn steps(next: &[u32], start: u32) -> impl Iterator<Item = io::Result<u32>> {
    let (mut at, mut taken) = (start, 0);
    std::iter::from_fn(move || {
        if at > LAST_SECTOR || (taken == 0 && next.is_empty()) {
            return None;
        }
        taken += 1;
        if taken > next.len() + 1 {
            at = u32::MAX;
            return Some(Err(broken("its parts run in a circle")));
        }
        let sector = at;
        at = next.get(at as usize).copied().unwrap_or(u32::MAX);
        Some(Ok(sector))
    })
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|&four| u32::from_le_bytes(four)).collect()
}

fn read_entry(entry: Bytes<'_>) -> io::Result<Entry> {
    let length = usize::from(entry.u16(64)?).saturating_sub(2).min(62);
    let name = utf16(entry.slice(0, length)?);
    // Version 3 of the format uses the lower half of the length only.
    Ok(Entry { name, start: entry.u32(116)?, length: u64::from(entry.u32(120)?) })
}
