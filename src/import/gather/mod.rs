//! Rows of a group are put together, wherever in the inputs they stand (`--scattered`).
//!
//! All inputs are read to their ends first. Each row goes, as it was read, into a sort ([`sort`]) under the number of its
//! group's first row and its own: so a group comes out where its first row stood, with its rows in the order of the inputs, as
//! if somebody had sorted the file by hand. What comes out is mapped as ever. Memory: that of the sort, and 16 bytes a group
//! ([`firsts`]) while the inputs are read. Nothing is written after that, so a full disk shows before anything is sent.

mod firsts;
mod sort;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;

use self::firsts::Firsts;
use self::sort::{Place, Sort, SortOptions, Sorted};
use super::prepare::{PrepareError, Preparing, bind, refuse_changed};
use crate::lead::Fingerprint;
use crate::mapping::BoundMapping;
use crate::source::{ByteReader, ByteWriter, Next, Position, Row, RowFault, Source};

/// What a sort holds in memory, in bytes; it is small beside what the tables of numbers take.
const MEMORY: usize = 32 << 20;

/// How often a person who wants to stop is listened to, and the inputs are looked at again.
const ROWS_BETWEEN_LOOKS: u64 = 256;

/// All rows of the inputs, group by group.
pub(super) struct Gathered {
    sorted: Sorted,
    entry: Vec<u8>,
    /// How many rows are still to come: none may be lost.
    left: u64,
    /// The files and sheets, few of them.
    places: Vec<Position>,
    /// The mapping of each input, bound to its header as it was in the end.
    bounds: Vec<Arc<BoundMapping>>,
}

/// What comes out.
pub(super) enum Out {
    /// A row, now in the caller's, and by which mapping it is read.
    Row(Arc<BoundMapping>),
    /// A row that cannot be read.
    Bad(RowFault),
    /// Nothing more.
    End,
}

/// Reads `sources` to their ends. `None`: the run was stopped meanwhile.
///
/// # Errors
/// An input cannot be read, was changed or lacks columns; or the temporary file cannot be written.
pub(super) fn gather(sources: &mut [Source], preparing: &Preparing<'_>) -> Result<Option<Gathered>, PrepareError> {
    gather_within(MEMORY, sources, preparing)
}

fn gather_within(
    memory: usize,
    sources: &mut [Source],
    preparing: &Preparing<'_>,
) -> Result<Option<Gathered>, PrepareError> {
    let folder = tempfile::env::temp_dir();
    let mut gathering = Gathering::new(SortOptions { folder: folder.clone(), memory });
    let mut bounds = Vec::with_capacity(sources.len());
    let full = |error| PrepareError::Gather { folder: folder.clone(), error };
    for (index, source) in sources.iter_mut().enumerate() {
        match gathering.read(index, source, preparing, &full)? {
            Some(bound) => bounds.push(bound),
            None => return Ok(None),
        }
    }
    let Gathering { sort, places, rows, .. } = gathering;
    let sorted = sort.finish().map_err(full)?;
    Ok(Some(Gathered { sorted, entry: Vec::new(), left: rows, places, bounds }))
}

/// What is known while the inputs are read.
struct Gathering {
    sort: Sort,
    firsts: Firsts,
    places: Vec<Position>,
    out: ByteWriter,
    /// How many rows there were.
    rows: u64,
}

impl Gathering {
    fn new(options: SortOptions) -> Self {
        let (sort, firsts) = (Sort::new(options), Firsts::default());
        Self { sort, firsts, places: Vec::new(), out: ByteWriter::default(), rows: 0 }
    }

    /// Reads one input to its end, and gives the mapping that fits all of it. `None`: the run was stopped.
    fn read(
        &mut self,
        index: usize,
        source: &mut Source,
        preparing: &Preparing<'_>,
        full: &impl Fn(io::Error) -> PrepareError,
    ) -> Result<Option<Arc<BoundMapping>>, PrepareError> {
        let mut header = Arc::clone(source.header());
        let mut bound = bind(preparing, index, source, &header)?;
        let (mut row, mut group) = (Row::new(), None);
        loop {
            if self.rows.is_multiple_of(ROWS_BETWEEN_LOOKS) {
                refuse_changed(source)?;
                if preparing.stop.is_requested() {
                    return Ok(None);
                }
            }
            let next = source.read(&mut row)?;
            if !Arc::ptr_eq(source.header(), &header) {
                header = Arc::clone(source.header());
                bound = bind(preparing, index, source, &header)?;
            }
            match next {
                Next::Row => {
                    bound.fill_group_of(&row, &mut group);
                    self.take_row(index, &row, group.as_deref()).map_err(full)?;
                }
                Next::Bad(fault) => self.take_fault(index, &fault).map_err(full)?,
                Next::End => break,
            }
        }
        refuse_changed(source)?;
        bound.require_all().map_err(|error| PrepareError::Mapping { file: source.name().to_owned(), error })?;
        Ok(Some(bound))
    }

    fn take_row(&mut self, source: usize, row: &Row, group: Option<&str>) -> io::Result<()> {
        let own = self.rows;
        let first = group.map_or(own, |name| self.firsts.first_of(Fingerprint::of(name.as_bytes()), own));
        self.begin(source, row.position(), Kind::Row);
        row.write_to(&mut self.out);
        self.finish(Place { group: first, own })
    }

    /// It is in no group: nobody can say in which.
    fn take_fault(&mut self, source: usize, fault: &RowFault) -> io::Result<()> {
        let own = self.rows;
        self.begin(source, &fault.position, Kind::Bad);
        fault.write_to(&mut self.out);
        self.finish(Place { group: own, own })
    }

    fn begin(&mut self, source: usize, position: &Position, kind: Kind) {
        let place = self.place(position);
        self.out.clear();
        self.out.count(source);
        self.out.count(place);
        self.out.number(position.row);
        self.out.number(position.line);
        self.out.count(usize::from(kind == Kind::Bad));
    }

    fn finish(&mut self, place: Place) -> io::Result<()> {
        self.rows += 1;
        self.sort.push(place, self.out.bytes())
    }

    /// Which of the places this is, without the row. The last one is the likely one.
    fn place(&mut self, position: &Position) -> usize {
        let is_there = |place: &Position| place.file == position.file && place.sheet == position.sheet;
        self.places.iter().rposition(is_there).unwrap_or_else(|| {
            self.places.push(position.clone());
            self.places.len() - 1
        })
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Row,
    Bad,
}

impl Gathered {
    /// The next row, into `row`.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub(super) fn next(&mut self, row: &mut Row) -> Result<Out, PrepareError> {
        let broken = |error| PrepareError::Gather { folder: tempfile::env::temp_dir(), error };
        let damaged = || broken(io::Error::new(io::ErrorKind::InvalidData, "what is read is not what was written"));
        if !self.sorted.next(&mut self.entry).map_err(broken)? {
            return if self.left == 0 { Ok(Out::End) } else { Err(damaged()) };
        }
        self.left = self.left.checked_sub(1).ok_or_else(damaged)?;
        self.decode(row).ok_or_else(damaged)
    }

    fn decode(&self, row: &mut Row) -> Option<Out> {
        let mut from = ByteReader::new(&self.entry);
        let bound = self.bounds.get(from.count()?)?;
        let place = self.places.get(from.count()?)?;
        let position = Position { row: from.number()?, line: from.number()?, ..place.clone() };
        let out = match from.count()? {
            0 => {
                row.read_from(&position, &mut from)?;
                Out::Row(Arc::clone(bound))
            }
            _ => Out::Bad(RowFault::read_from(position, &mut from)?),
        };
        from.is_at_end().then_some(out)
    }
}

/// Why the rows cannot be put together, in words.
pub(super) fn cannot(folder: &Path, error: &io::Error) -> String {
    format!(
        "the rows of groups cannot be put together: a temporary file in {} cannot be used ({error}). If the disk is full, name \
         a folder with more room by --temp-dir",
        folder.display()
    )
}
