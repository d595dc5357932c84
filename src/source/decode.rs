//! Text in any encoding, as UTF-8.
//!
//! Bytes that are no text in the encoding become [`UNDECODABLE`], which is no text in UTF-8 either: so the row that they
//! are in is found faulty by whoever reads it, and nothing is silently replaced.

use std::io::{self, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::unpack::Reader;

/// Stands for what cannot be decoded: a byte that UTF-8 never has.
pub(super) const UNDECODABLE: u8 = 0xff;

/// What to do about it.
pub(super) const NAME_IT: &str = "name the file's encoding by --encoding, or save it as \"CSV UTF-8\"";

/// How much is read and decoded at once.
const CHUNK: usize = 64 << 10;

/// A stream of UTF-8 over one of another encoding.
pub(super) struct Decoded {
    reader: Reader,
    decoder: Decoder,
    input: Vec<u8>,
    /// What of the input is not decoded yet.
    pending: std::ops::Range<usize>,
    output: Vec<u8>,
    /// How much of the output is given out.
    given: usize,
    is_finished: bool,
}

impl Decoded {
    pub(super) fn new(reader: Reader, encoding: &'static Encoding) -> Self {
        Self {
            reader,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; CHUNK],
            pending: 0..0,
            output: Vec::with_capacity(3 * CHUNK),
            given: 0,
            is_finished: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut last = false;
        if self.pending.is_empty() {
            let n = self.reader.read(&mut self.input)?;
            self.pending = 0..n;
            last = n == 0;
        }
        let input = self.input.get(self.pending.clone()).unwrap_or_default();
        self.output.resize(3 * CHUNK, 0);
        // One place is left for the mark of what cannot be decoded.
        let room = self.output.get_mut(..3 * CHUNK - 1).unwrap_or_default();
        let (result, read, mut written) = self.decoder.decode_to_utf8_without_replacement(input, room, last);
        self.pending.start += read;
        match result {
            DecoderResult::InputEmpty => self.is_finished = last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                if let Some(place) = self.output.get_mut(written) {
                    *place = UNDECODABLE;
                    written += 1;
                }
            }
        }
        self.output.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.is_finished {
            match self.fill() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        let rest = self.output.get(self.given..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        for (place, &byte) in buffer.iter_mut().zip(rest) {
            *place = byte;
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use encoding_rs::{MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1253};

    use super::*;

    fn decoded(bytes: Vec<u8>, encoding: &'static Encoding) -> Vec<u8> {
        let mut all = Vec::new();
        Decoded::new(Box::new(Cursor::new(bytes)), encoding).read_to_end(&mut all).unwrap();
        all
    }

    fn utf16(text: &str, in_bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(in_bytes).collect()
    }

    #[test]
    fn text_comes_out_as_utf_8_across_every_chunk() {
        let text = "Größe 😀 ".repeat(40_000);
        assert!(decoded(utf16(&text, u16::to_le_bytes), UTF_16LE) == text.as_bytes());
        assert!(decoded(utf16(&format!("\u{feff}{text}"), u16::to_be_bytes), UTF_16BE) == text.as_bytes());
        assert!(decoded(vec![0xfc; 300_000], WINDOWS_1252) == "ü".repeat(300_000).as_bytes());
        assert_eq!(decoded(b"\x9f\x8a".to_vec(), MACINTOSH), "üä".as_bytes());
    }

    #[test]
    fn what_is_no_text_is_marked_and_not_replaced() {
        assert_eq!(decoded(b"a\xd2b".to_vec(), WINDOWS_1253), b"a\xffb");
        assert_eq!(decoded(b"a\0\0\xd8b\0c".to_vec(), UTF_16LE), b"a\xffb\xff");
        assert_eq!(decoded(vec![0xd2; 200_000], WINDOWS_1253), vec![0xff; 200_000]);
    }
}
