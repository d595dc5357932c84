//! A sort whose memory does not grow: what does not fit goes sorted to a temporary file, run after run, and the runs are
//! merged as they are read back. It knows bytes and places, not what they are.
//!
//! The file has no name and belongs to this process alone (mode 0600), so whatever way the process ends, it is gone. Runs are
//! parts of one file, and each reads ahead by its share of the memory: any number of them is merged at once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::mem::size_of;
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use crate::source::private_file;

/// Where an entry belongs: the lowest comes first. No two entries have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The number of its group's first entry.
    pub(super) group: u64,
    /// Its own number.
    pub(super) own: u64,
}

/// How a sort uses memory and disk.
#[derive(Debug, Clone)]
pub(super) struct SortOptions {
    /// Where the temporary file is made, if one is needed.
    pub(super) folder: PathBuf,
    /// How many bytes are held in memory.
    pub(super) memory: usize,
}

/// Before each entry in the file: its place, and how many bytes follow.
const HEAD: usize = 2 * size_of::<u64>() + size_of::<u32>();

/// What a run reads ahead, at least and at most.
const READ_AHEAD: (usize, usize) = (4 << 10, 1 << 20);

/// Takes entries in any order.
pub(super) struct Sort {
    options: SortOptions,
    held: Held,
    spilled: Option<Spilled>,
}

/// What is in memory.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    entries: Vec<(Place, Range<usize>)>,
}

/// What is in the file.
struct Spilled {
    file: BufWriter<File>,
    runs: Vec<Range<u64>>,
    end: u64,
}

impl Sort {
    pub(super) fn new(options: SortOptions) -> Self {
        Self { options, held: Held::default(), spilled: None }
    }

    /// Takes an entry.
    ///
    /// # Errors
    /// The temporary file cannot be made or written.
    pub(super) fn push(&mut self, place: Place, entry: &[u8]) -> io::Result<()> {
        if !self.held.entries.is_empty() && self.held.size() + entry.len() > self.options.memory {
            self.spill()?;
        }
        self.held.push(place, entry);
        Ok(())
    }

    /// Says that no more come. Nothing is written after this.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let Some(Spilled { file, runs, .. }) = self.spilled else {
            self.held.sort();
            return Ok(Sorted::Held { bytes: self.held.bytes, entries: self.held.entries.into_iter() });
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        drop(self.held);
        Merge::new(file, runs, self.options.memory).map(Sorted::Merged)
    }

    /// Writes what is in memory behind what is in the file.
    fn spill(&mut self) -> io::Result<()> {
        self.held.sort();
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled {
                file: BufWriter::with_capacity(READ_AHEAD.1, private_file(&self.options.folder)?),
                runs: Vec::new(),
                end: 0,
            }),
        };
        let start = spilled.end;
        for (place, range) in self.held.entries.drain(..) {
            let entry = self.held.bytes.get(range).unwrap_or_default();
            spilled.file.write_all(&head(place, entry)?)?;
            spilled.file.write_all(entry)?;
            spilled.end += (HEAD + entry.len()) as u64;
        }
        // So that a full disk is noticed here, and not when the next run is written.
        spilled.file.flush()?;
        spilled.runs.push(start..spilled.end);
        self.held.bytes.clear();
        Ok(())
    }
}

impl Held {
    fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<(Place, Range<usize>)>()
    }

    fn push(&mut self, place: Place, entry: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(entry);
        self.entries.push((place, start..self.bytes.len()));
    }

    fn sort(&mut self) {
        self.entries.sort_unstable_by_key(|(place, _)| *place);
    }
}

fn head(place: Place, entry: &[u8]) -> io::Result<[u8; HEAD]> {
    let length = u32::try_from(entry.len()).map_err(io::Error::other)?;
    let mut head = [0; HEAD];
    let (numbers, rest) = head.split_at_mut(2 * size_of::<u64>());
    let (group, own) = numbers.split_at_mut(size_of::<u64>());
    group.copy_from_slice(&place.group.to_le_bytes());
    own.copy_from_slice(&place.own.to_le_bytes());
    rest.copy_from_slice(&length.to_le_bytes());
    Ok(head)
}

/// Gives the entries in the order of their places.
pub(super) enum Sorted {
    /// All of them fitted into memory.
    Held { bytes: Vec<u8>, entries: std::vec::IntoIter<(Place, Range<usize>)> },
    /// They are in a file.
    Merged(Merge),
}

impl Sorted {
    /// Puts the next entry into `entry`; false where there is none.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub(super) fn next(&mut self, entry: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::Held { bytes, entries } => {
                let Some((_, range)) = entries.next() else { return Ok(false) };
                entry.clear();
                entry.extend_from_slice(bytes.get(range).unwrap_or_default());
                Ok(true)
            }
            Self::Merged(merge) => merge.next(entry),
        }
    }
}

/// The runs of a file, with the first entry of each.
pub(super) struct Merge {
    runs: Vec<Run>,
    /// The place of each run's first entry.
    first: BinaryHeap<Reverse<(Place, usize)>>,
}

struct Run {
    reader: BufReader<Extent>,
    entry: Vec<u8>,
}

impl Merge {
    fn new(file: File, extents: Vec<Range<u64>>, memory: usize) -> io::Result<Self> {
        let file = Rc::new(file);
        let read_ahead = (memory / extents.len().max(1)).clamp(READ_AHEAD.0, READ_AHEAD.1);
        let run = |extent| Run {
            reader: BufReader::with_capacity(read_ahead, Extent { file: Rc::clone(&file), left: extent }),
            entry: Vec::new(),
        };
        let mut merge = Self { runs: extents.into_iter().map(run).collect(), first: BinaryHeap::new() };
        for index in 0..merge.runs.len() {
            merge.advance(index)?;
        }
        Ok(merge)
    }

    fn next(&mut self, entry: &mut Vec<u8>) -> io::Result<bool> {
        let Some(Reverse((_, index))) = self.first.pop() else { return Ok(false) };
        if let Some(run) = self.runs.get_mut(index) {
            std::mem::swap(&mut run.entry, entry);
        }
        self.advance(index)?;
        Ok(true)
    }

    /// Reads the next entry of a run, if it has one.
    fn advance(&mut self, index: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(index) else { return Ok(()) };
        if let Some(place) = run.read()? {
            self.first.push(Reverse((place, index)));
        }
        Ok(())
    }
}

impl Run {
    /// Reads the next entry; `None` at the run's end. A file that ends before that is an error: nothing is lost silently.
    fn read(&mut self) -> io::Result<Option<Place>> {
        if self.reader.buffer().is_empty() && self.reader.get_ref().left.is_empty() {
            return Ok(None);
        }
        let (mut group, mut own, mut length) = ([0; 8], [0; 8], [0; 4]);
        self.reader.read_exact(&mut group)?;
        self.reader.read_exact(&mut own)?;
        self.reader.read_exact(&mut length)?;
        self.entry.resize(usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?, 0);
        self.reader.read_exact(&mut self.entry)?;
        Ok(Some(Place { group: u64::from_le_bytes(group), own: u64::from_le_bytes(own) }))
    }
}

/// A part of a file that others read, too.
struct Extent {
    file: Rc<File>,
    left: Range<u64>,
}

impl Read for Extent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
        // The file has one cursor for all of them.
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.left.start))?;
        let read = file.read(buffer)?;
        self.left.start += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn options(memory: usize) -> SortOptions {
        SortOptions { folder: std::env::temp_dir(), memory }
    }

    fn place(group: u64, own: u64) -> Place {
        Place { group, own }
    }

    fn all(mut sorted: Sorted) -> Vec<Vec<u8>> {
        let (mut all, mut entry) = (Vec::new(), Vec::new());
        while sorted.next(&mut entry).unwrap() {
            all.push(entry.clone());
        }
        all
    }

    #[test]
    fn what_fits_into_memory_is_never_written() {
        let nowhere = SortOptions { folder: "/no/such/folder".into(), memory: 1000 };
        let mut sort = Sort::new(nowhere);
        sort.push(place(1, 1), b"second").unwrap();
        sort.push(place(0, 0), b"first").unwrap();
        assert_eq!(all(sort.finish().unwrap()), [b"first".to_vec(), b"second".to_vec()]);
    }

    #[test]
    fn what_does_not_fit_where_nothing_can_be_written_is_an_error() {
        let mut sort = Sort::new(SortOptions { folder: "/no/such/folder".into(), memory: 10 });
        sort.push(place(0, 0), b"an entry that is longer than the memory").unwrap();
        assert!(sort.push(place(1, 1), b"another").is_err());
    }

    /// Twenty entries in runs of several, longer than what a run reads ahead.
    fn several_runs() -> Sorted {
        let mut sort = Sort::new(options(20_000));
        for number in 0..20 {
            sort.push(place(number, number), &[b'x'; 5000]).unwrap();
        }
        sort.finish().unwrap()
    }

    #[test]
    fn a_file_that_is_shorter_than_what_was_written_is_an_error_and_not_an_end() {
        let mut sorted = several_runs();
        let Sorted::Merged(merge) = &sorted else { panic!("nothing was written") };
        merge.runs[0].reader.get_ref().file.set_len(30_000).unwrap();
        let mut entry = Vec::new();
        let ended = loop {
            match sorted.next(&mut entry) {
                Ok(true) => {}
                ended => break ended,
            }
        };
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file_and_it_has_no_name() {
        use std::os::unix::fs::MetadataExt;

        let sorted = several_runs();
        let Sorted::Merged(merge) = &sorted else { panic!("nothing was written") };
        let metadata = merge.runs[0].reader.get_ref().file.metadata().unwrap();
        assert_eq!((metadata.mode() & 0o777, metadata.nlink()), (0o600, 0));
    }

    proptest! {
        #[test]
        fn whatever_the_memory_the_entries_come_in_the_order_of_their_places(
            groups in prop::collection::vec((0..20_u64, prop::collection::vec(any::<u8>(), 0..40)), 0..200),
            memory in 0..4000_usize,
        ) {
            let numbered = groups.iter().enumerate();
            let mut expected: Vec<_> =
                numbered.map(|(own, (group, entry))| (place(*group, own as u64), entry.clone())).collect();
            let mut sort = Sort::new(options(memory));
            for (place, entry) in &expected {
                sort.push(*place, entry).unwrap();
            }
            expected.sort();
            let expected: Vec<_> = expected.into_iter().map(|(_, entry)| entry).collect();
            prop_assert_eq!(all(sort.finish().unwrap()), expected);
        }
    }
}
