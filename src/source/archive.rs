//! Zip archives: the one file in them, as a stream.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use flate2::{Crc, CrcReader};
use zip::CompressionMethod;

use super::SourceError;
use super::input::{Input, Spool};
use super::unpack::{Packaged, Reader};
use super::unreadable;
use super::workbook::plain;

/// As many names as a message holds.
const NAMED: usize = 5;

/// Folders and files that programs leave in archives besides what a person packed.
const CLUTTER: [&str; 4] = ["__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// What an archive is.
pub(super) enum Packed {
    /// One file, packed.
    File { reader: Reader, name: String },
    /// The parts of a workbook.
    Workbook,
}

/// One entry of the archive's directory.
struct Entry {
    index: usize,
    name: String,
}

/// Opens the only file of the archive in `whole`, which is `input` or was packed in it.
pub(super) fn open(input: &Input, whole: &Arc<Spool>) -> Result<Packed, SourceError> {
    let told = |message: String| SourceError::Archive { name: input.name(), message };
    let damaged = |error: zip::result::ZipError| {
        told(format!("a zip archive (or a workbook) that is damaged or cut off ({error}): get it again"))
    };
    let mut archive = zip::ZipArchive::new(whole.reader()).map_err(damaged)?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        if !entry.is_dir() {
            entries.push(Entry { index, name });
        }
    }
    let plain_names: Vec<String> = entries.iter().map(|entry| plain(&entry.name)).collect();
    if let Some((what, advice)) = unreadable::document(plain_names.iter().map(String::as_str)) {
        return Err(SourceError::Unsupported { name: input.name(), what, advice });
    }
    if is_workbook(&entries) {
        return Ok(Packed::Workbook);
    }
    let only = only_file(entries).map_err(told)?;
    let entry = archive.by_index_raw(only.index).map_err(damaged)?;
    if entry.encrypted() {
        return Err(told(format!("{} in the zip archive is protected by a password: unpack it first", only.name)));
    }
    let (method, crc, len) = (entry.compression(), entry.crc32(), entry.compressed_size());
    let start = entry.data_start().unwrap_or_default();
    drop(entry);
    let reader = unpacking(whole, start, len, method, crc).map_err(|source| SourceError::Read {
        name: input.name(),
        line: 0,
        source,
    })?;
    let reader =
        reader.ok_or_else(|| told(format!("{} is packed by a method that is not read: unpack it first", only.name)))?;
    Ok(Packed::File { reader, name: only.name })
}

/// What spreadsheet programs write is a zip archive, too.
fn is_workbook(entries: &[Entry]) -> bool {
    let has = |name: &str| entries.iter().any(|entry| plain(&entry.name) == name);
    ["[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/workbook.bin", "content.xml"].into_iter().any(has)
}

fn only_file(mut entries: Vec<Entry>) -> Result<Entry, String> {
    entries.retain(|entry| !CLUTTER.iter().any(|clutter| entry.name.contains(clutter)));
    match entries.len() {
        0 => Err("there is no file in the zip archive".to_owned()),
        1 => Ok(entries.remove(0)),
        count => {
            let names: Vec<_> = entries.iter().take(NAMED).map(|entry| entry.name.as_str()).collect();
            let more = if count > NAMED { ", …" } else { "" };
            let names = names.join(", ");
            Err(format!(
                "there are {count} files in the zip archive ({names}{more}): unpack it and name the one that is meant"
            ))
        }
    }
}

/// The bytes of an entry; `None` where its method is not known.
fn unpacking(
    whole: &Arc<Spool>,
    start: u64,
    len: u64,
    method: CompressionMethod,
    crc: u32,
) -> io::Result<Option<Reader>> {
    let mut bytes = whole.reader();
    bytes.seek(SeekFrom::Start(start))?;
    let packed = bytes.take(len);
    let reader: Reader = match method {
        CompressionMethod::Stored => Box::new(packed),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
        _ => return Ok(None),
    };
    let checked = Checked { reader: CrcReader::new(reader), crc };
    Ok(Some(Box::new(Packaged { reader: checked, kind: "zip" })))
}

/// A file whose sum is compared at its end.
struct Checked {
    reader: CrcReader<Reader>,
    crc: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        let sum = |crc: &Crc| crc.sum();
        if n == 0 && !buffer.is_empty() && sum(self.reader.crc()) != self.crc {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum differs"));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;
    use crate::source::spool;

    fn zipped(files: &[(&str, &str)], method: CompressionMethod) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for (name, text) in files {
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(bytes: &[u8]) -> Result<(String, String), String> {
        let whole = Arc::new(spool(bytes).unwrap().named("a.zip"));
        let packed = open(&Input::Spooled(Arc::clone(&whole)), &whole).map_err(|error| error.to_string())?;
        let Packed::File { mut reader, name } = packed else { return Err("a workbook".to_owned()) };
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok((name, text))
    }

    #[test]
    fn the_only_file_is_read_and_what_a_mac_adds_does_not_count() {
        let files = [("leads.csv", "phone\n"), ("__MACOSX/._leads.csv", "x")];
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            assert_eq!(read(&zipped(&files, method)).unwrap(), ("leads.csv".to_owned(), "phone\n".to_owned()));
        }
    }

    #[test]
    fn several_files_are_named_and_none_is_told() {
        let told = read(&zipped(&[("a.csv", ""), ("b.csv", "")], CompressionMethod::Stored)).unwrap_err();
        assert_eq!(
            told,
            "a.zip: there are 2 files in the zip archive (a.csv, b.csv): unpack it and name the one that is meant"
        );
        assert_eq!(
            read(&zipped(&[], CompressionMethod::Stored)).unwrap_err(),
            "a.zip: there is no file in the zip archive"
        );
    }

    #[test]
    fn a_workbook_is_told_from_an_archive_of_one_file() {
        for files in [["_rels\\.rels", "xl/workbook.xml"], ["mimetype", "content.xml"]] {
            let files: Vec<_> = files.iter().map(|&name| (name, "")).collect();
            assert_eq!(read(&zipped(&files, CompressionMethod::Stored)).unwrap_err(), "a workbook");
        }
    }

    #[test]
    fn a_damaged_archive_says_so_before_or_while_it_is_read() {
        let whole = zipped(&[("a.csv", &"phone,name\n".repeat(200))], CompressionMethod::Stored);
        assert!(read(&whole[..whole.len() / 2]).unwrap_err().contains("damaged or cut off"));
        let mut changed = whole.clone();
        changed[100] ^= 1;
        assert_eq!(read(&changed).unwrap_err(), "the zip file is damaged (its checksum differs): get it again");
    }
}
