//! From a file's own bytes to those that were packed in it: gzip, zstd, and a zip of one file, told by content and not by name.
//!
//! One layer may hold another (`leads.csv.gz` in a zip), and no more: what is packed thrice is a riddle, not a spreadsheet.
//! What unpacks is bounded by [`max_unpacked`](super::SourceOptions::max_unpacked); it is streamed and never held.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;

use super::input::{Input, Opened, Pace, Snapshot, Spool, spool};
use super::workbook::COMPOUND;
use super::{SourceError, archive, size};

/// A stream of bytes.
pub(super) type Reader = Box<dyn Read + Send>;

/// More layers than this are not unpacked.
const MOST_LAYERS: usize = 2;

/// As many bytes as the longest signature of a packed file.
const SIGNATURE: usize = COMPOUND.len();

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// An input, opened and unpacked.
pub(super) struct Unpacked {
    pub(super) content: Content,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) pace: Pace,
    /// True where the bytes are not those of the file itself.
    pub(super) is_packed: bool,
    /// What the user should know.
    pub(super) notes: Vec<String>,
}

/// What was packed.
pub(super) enum Content {
    /// Bytes that are read from the first to the last.
    Stream(Reader),
    /// What is most likely a workbook: bytes that are read here and there.
    Workbook(Arc<Spool>),
}

/// Opens `input` and takes off what it is packed in; at most `limit` bytes are unpacked of each layer.
pub(super) fn open(input: &Input, limit: u64) -> Result<Unpacked, SourceError> {
    let Opened { reader, snapshot, pace } = input.open()?;
    let failed = |source| SourceError::Read { name: input.name(), line: 0, source };
    let (mut stream, mut notes) = (reader, Vec::new());
    let content = loop {
        let layer = notes.len();
        let (head, reader) = peek(stream, SIGNATURE).map_err(failed)?;
        let Some(packing) = Packing::of(&head) else { break Content::Stream(reader) };
        let (reader, what) = match packing {
            Packing::Compound => break Content::Workbook(whole(input, layer, reader, limit)?),
            Packing::Gzip => (ungzip(reader), "gzip".to_owned()),
            Packing::Zstd => (unzstd(reader).map_err(failed)?, "zstd".to_owned()),
            Packing::Zip => {
                let whole = whole(input, layer, reader, limit)?;
                match archive::open(input, &whole)? {
                    archive::Packed::Workbook => break Content::Workbook(whole),
                    archive::Packed::File { reader, name } => (reader, format!("zip: {name}")),
                }
            }
        };
        if layer == MOST_LAYERS {
            let message = "it is packed more than twice: unpack it first".to_owned();
            return Err(SourceError::Archive { name: input.name(), message });
        }
        stream = Box::new(Limited { reader, left: limit, limit });
        notes.push(format!("unpacked ({what})"));
    };
    Ok(Unpacked { content, snapshot, pace, is_packed: !notes.is_empty(), notes })
}

/// All bytes of the input, or of what is packed in it, to be read at any place. What cannot be sought is copied to a temporary
/// file.
fn whole(input: &Input, layer: usize, reader: Reader, limit: u64) -> Result<Arc<Spool>, SourceError> {
    match input.seekable()?.filter(|_| layer == 0) {
        Some((whole, _)) => Ok(whole),
        None => spool(Limited { reader, left: limit, limit })
            .map(Arc::new)
            .map_err(|source| SourceError::Spool { name: input.name(), source }),
    }
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Zip,
    /// Not packed, but to be read at any place.
    Compound,
}

impl Packing {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            _ if head.starts_with(GZIP) => Some(Self::Gzip),
            _ if head.starts_with(ZSTD) => Some(Self::Zstd),
            _ if head.starts_with(COMPOUND) => Some(Self::Compound),
            _ if head.starts_with(ZIP) || head.starts_with(EMPTY_ZIP) => Some(Self::Zip),
            _ => None,
        }
    }
}

/// The first bytes of a stream, `wanted` of them unless it ends before, and the stream with them in it again.
pub(super) fn peek(mut reader: Reader, wanted: usize) -> io::Result<(Vec<u8>, Reader)> {
    let mut head = vec![0; wanted];
    let mut len = 0;
    while len < wanted {
        match reader.read(head.get_mut(len..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    head.truncate(len);
    let again: Reader = Box::new(Cursor::new(head.clone()).chain(reader));
    Ok((head, again))
}

fn ungzip(reader: Reader) -> Reader {
    Box::new(Packaged { reader: flate2::read::MultiGzDecoder::new(reader), kind: "gzip" })
}

fn unzstd(reader: Reader) -> io::Result<Reader> {
    Ok(Box::new(Packaged { reader: zstd::stream::read::Decoder::new(reader)?, kind: "zstd" }))
}

/// An unpacker whose complaints are put in words.
pub(super) struct Packaged<R> {
    pub(super) reader: R,
    pub(super) kind: &'static str,
}

impl<R: Read> Read for Packaged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => said(format!("the {} file is cut off: get it again", self.kind)),
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
                said(format!("the {} file is damaged ({error}): get it again", self.kind))
            }
            _ => error,
        })
    }
}

/// A stream that may give so many bytes and no more.
struct Limited {
    reader: Reader,
    left: u64,
    limit: u64,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        let Some(left) = self.left.checked_sub(u64::try_from(n).unwrap_or(u64::MAX)) else {
            let limit = size(usize::try_from(self.limit).unwrap_or(usize::MAX));
            return Err(said(format!("it unpacks to more than {limit}; --max-unpacked allows more")));
        };
        self.left = left;
        Ok(n)
    }
}

fn said(message: String) -> io::Error {
    io::Error::other(message)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 1).unwrap()
    }

    fn unpack(bytes: &[u8], limit: u64) -> Result<Vec<u8>, String> {
        let input = Input::Spooled(Arc::new(spool(bytes).unwrap().named("leads.bin")));
        let unpacked = open(&input, limit).map_err(|error| error.to_string())?;
        let Content::Stream(mut reader) = unpacked.content else { return Err("a workbook".to_owned()) };
        let mut all = Vec::new();
        reader.read_to_end(&mut all).map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn what_is_packed_once_or_twice_comes_out_as_it_went_in_and_plain_bytes_stay() {
        let text = b"phone\n+15555550100\n";
        for packed in [text.to_vec(), gzip(text), zstd(text), zstd(&gzip(text)), [gzip(text), gzip(b"")].concat()] {
            assert_eq!(unpack(&packed, 1000).unwrap(), text);
        }
    }

    #[test]
    fn what_is_packed_three_times_is_refused() {
        let thrice = gzip(&gzip(&zstd(b"phone\n")));
        assert_eq!(unpack(&thrice, 1000).unwrap_err(), "leads.bin: it is packed more than twice: unpack it first");
    }

    #[test]
    fn what_unpacks_to_more_than_the_limit_ends_there() {
        let bomb = gzip(&vec![b'x'; 5000]);
        assert_eq!(unpack(&bomb, 5000).unwrap().len(), 5000);
        assert_eq!(unpack(&bomb, 4096).unwrap_err(), "it unpacks to more than 4 KiB; --max-unpacked allows more");
    }

    #[test]
    fn a_file_that_is_cut_off_or_damaged_says_so() {
        let text: Vec<u8> =
            (0..20_000_u32).flat_map(|i| format!("{},", i.wrapping_mul(2_654_435_761)).into_bytes()).collect();
        for (packed, kind) in [(gzip(&text), "gzip"), (zstd(&text), "zstd")] {
            let cut = unpack(&packed[..packed.len() / 2], 1 << 30).unwrap_err();
            assert!(cut.ends_with(&format!("the {kind} file is cut off: get it again")), "{cut}");
        }
        let mut damaged = gzip(&text);
        let middle = damaged.len() / 2;
        damaged[middle..middle + 40].iter_mut().for_each(|byte| *byte ^= 0x5a);
        let told = unpack(&damaged, 1 << 30).map(|all| all.len()).unwrap_err();
        assert!(told.contains("damaged") || told.contains("cut off"), "{told}");
    }
}
