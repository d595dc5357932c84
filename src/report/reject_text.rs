//! A rejects file that is text: in the encoding of its input where everything in it can be written so, and where it will be
//! taken for that again. Else in UTF-8 with a byte order mark, which nothing mistakes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use tempfile::NamedTempFile;

use super::encoded::{Encoded, Unencodable};
use crate::source::{TextStyle, encoding_of};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file that is whole and synced, under a temporary name.
pub(super) struct Text {
    pub(super) file: NamedTempFile,
    /// Why it is in UTF-8, though its input was not.
    pub(super) other_encoding: Option<String>,
}

/// Makes the file in `folder`; `copy` writes what is in it, as UTF-8, as often as it is asked.
pub(super) fn write_text(
    folder: &Path,
    style: TextStyle,
    copy: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Text> {
    let encoding = style.encoding;
    let why = match write_in(folder, encoding, style.bom, copy) {
        Ok(file) if is_taken_for(file.as_file(), encoding)? => return Ok(Text { file, other_encoding: None }),
        Ok(_) => format!("in {} it could be taken for another encoding when it is imported", encoding.name()),
        Err(error) => match Unencodable::of(&error) {
            Some(Unencodable(character)) => format!("{} has no {character:?}", encoding.name()),
            None => return Err(error),
        },
    };
    let file = write_in(folder, UTF_8, true, copy)?;
    let other_encoding = (encoding != UTF_8).then(|| format!("is in UTF-8 with a byte order mark: {why}"));
    Ok(Text { file, other_encoding })
}

fn write_in(
    folder: &Path,
    encoding: &'static Encoding,
    bom: bool,
    copy: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".rejects-").tempfile_in(folder)?;
    let mut out = Encoded::new(BufWriter::new(file.as_file_mut()), encoding);
    // UTF-16 is told from other encodings by its mark, or else by a guess.
    if bom || encoding == UTF_16LE || encoding == UTF_16BE {
        out.write_all(BYTE_ORDER_MARK.as_bytes())?;
    }
    copy(&mut out)?;
    out.finish()?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// True where the import, with nobody to name the encoding, reads every character as it was written.
fn is_taken_for(file: &File, encoding: &'static Encoding) -> io::Result<bool> {
    let mut file = file;
    let len = file.metadata()?.len();
    let taken_for = encoding_of(&mut file, len)?;
    // What is ASCII alone is the same in all of these.
    Ok(taken_for == encoding || (taken_for == UTF_8 && encoding.is_ascii_compatible() && is_ascii(file)?))
}

fn is_ascii(mut file: &File) -> io::Result<bool> {
    use std::io::{BufRead, BufReader, Seek, SeekFrom};
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(file);
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(true);
        }
        if !piece.is_ascii() {
            return Ok(false);
        }
        let n = piece.len();
        reader.consume(n);
    }
}
