//! Text that is written in the encoding in which an input was.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, ErrorKind, Write};

use encoding_rs::{Encoder, EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Takes UTF-8, in pieces of any size, and writes it in another encoding.
pub(super) struct Encoded<W> {
    out: W,
    form: Form,
    /// The start of a character that the last piece ended in.
    cut: Vec<u8>,
    ready: Vec<u8>,
}

enum Form {
    Utf8,
    Utf16(fn(u16) -> [u8; 2]),
    Other(Encoder),
}

/// A character that the encoding does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unencodable(pub(super) char);

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the encoding has no {:?}", self.0)
    }
}

impl std::error::Error for Unencodable {}

impl Unencodable {
    /// The character that made writing fail; `None` where it was something else.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl<W: Write> Encoded<W> {
    pub(super) fn new(out: W, encoding: &'static Encoding) -> Self {
        let form = match encoding {
            _ if encoding == UTF_8 => Form::Utf8,
            _ if encoding == UTF_16LE => Form::Utf16(u16::to_le_bytes),
            _ if encoding == UTF_16BE => Form::Utf16(u16::to_be_bytes),
            other => Form::Other(other.new_encoder()),
        };
        Self { out, form, cut: Vec::new(), ready: Vec::new() }
    }

    /// Ends the text.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.encode("", Piece::Last)?;
        self.out.flush()
    }

    fn encode(&mut self, text: &str, piece: Piece) -> io::Result<()> {
        self.ready.clear();
        match &mut self.form {
            Form::Utf8 => return self.out.write_all(text.as_bytes()),
            Form::Utf16(in_bytes) => self.ready.extend(text.encode_utf16().flat_map(*in_bytes)),
            Form::Other(encoder) => {
                let most = encoder.max_buffer_length_from_utf8_without_replacement(text.len());
                self.ready.resize(most.ok_or(ErrorKind::OutOfMemory)?, 0);
                let is_last = piece == Piece::Last;
                let (result, _, n) = encoder.encode_from_utf8_without_replacement(text, &mut self.ready, is_last);
                if let EncoderResult::Unmappable(character) = result {
                    return Err(io::Error::new(ErrorKind::InvalidData, Unencodable(character)));
                }
                self.ready.truncate(n);
            }
        }
        self.out.write_all(&self.ready)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Inner,
    Last,
}

impl<W: Write> Write for Encoded<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut joined = std::mem::take(&mut self.cut);
        joined.extend_from_slice(piece);
        let valid = match std::str::from_utf8(&joined) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
        };
        let (whole, cut) = joined.split_at(valid);
        self.encode(std::str::from_utf8(whole).unwrap_or_default(), Piece::Inner)?;
        self.cut = cut.to_vec();
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `text`, a sentence of ours, with plain signs in place of finer ones that the encoding does not have.
pub(super) fn plainly<'a>(text: &'a str, encoding: &'static Encoding) -> Cow<'a, str> {
    let is_plain = text.is_ascii() || encoding.output_encoding() == UTF_8;
    if is_plain || !encoding.encode(text).2 {
        return Cow::Borrowed(text);
    }
    let has = |c: char| !encoding.encode(c.encode_utf8(&mut [0; 4])).2;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match plain(c) {
            Some(plain) if !has(c) => out.push_str(plain),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '…' => "...",
        '›' => ">",
        '→' => "->",
        '–' | '—' | '−' => "-",
        '‘' | '’' => "'",
        '“' | '”' | '„' => "\"",
        '•' | '·' => "*",
        '\u{a0}' | '\u{202f}' => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GB18030, ISO_2022_JP, ISO_8859_2, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &str, encoding: &'static Encoding, piece: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoded = Encoded::new(&mut out, encoding);
        text.as_bytes().chunks(piece).try_for_each(|piece| encoded.write_all(piece))?;
        encoded.finish()?;
        Ok(out)
    }

    #[test]
    fn what_an_encoding_does_not_have_is_an_error_that_names_it() {
        let error = encoded("Müller, Łódź", WINDOWS_1252, 100).unwrap_err();
        assert_eq!(Unencodable::of(&error), Some(Unencodable('Ł')));
        assert_eq!(Unencodable::of(&io::Error::other("disk")), None);
    }

    #[test]
    fn our_own_signs_become_plain_ones_only_where_the_encoding_has_none() {
        assert_eq!(plainly("a › b…", WINDOWS_1252), "a › b…");
        assert_eq!(plainly("a › b… Ł", ISO_8859_2), "a > b... Ł");
        assert_eq!(plainly("a › b…", UTF_16LE), "a › b…");
        assert_eq!(plainly("нет номера", WINDOWS_1252), "нет номера");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_it_was_however_it_is_cut(
            text in "[a-zA-Z0-9,;\n あア漢]{0,20}",
            piece in 1_usize..8,
        ) {
            for encoding in [UTF_8, UTF_16LE, UTF_16BE, SHIFT_JIS, GB18030, ISO_2022_JP] {
                let bytes = encoded(&text, encoding, piece).unwrap();
                let (read, had_errors) = encoding.decode_without_bom_handling(&bytes);
                prop_assert!(!had_errors && read == text, "{}", encoding.name());
            }
        }

        #[test]
        fn cyrillic_takes_a_byte_a_letter(text in "[а-яА-Я ]{0,20}", piece in 1_usize..8) {
            let bytes = encoded(&text, WINDOWS_1251, piece).unwrap();
            prop_assert_eq!(bytes.len(), text.chars().count());
        }
    }
}
