//! Which encoding a text is in.
//!
//! In this order: the user's word; a byte order mark; the NULs that UTF-16 has in every other place; UTF-8, where what is not
//! ASCII is UTF-8 for the most part; else a guess by `chardetng`, which is what browsers use. The guess is made on lines that
//! are not ASCII, from the whole length of the input and not only its head: the first `ü` of a list may be in its last row.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How much of an input shows by itself what it is.
pub(super) const HEAD: usize = 64 << 10;

/// How much of an input is looked through from its start.
const LOOKED_THROUGH: u64 = 64 << 20;

/// How many places beyond that are looked at, where it can be sought, and how much at each.
const PLACES: u64 = 256;
const AT_EACH_PLACE: u64 = 64 << 10;

/// As much text as the guess is made on.
const GUESSED_ON: usize = 1 << 20;

const CHUNK: usize = 256 << 10;

/// Something that is not ASCII counts as UTF-8 unless it is this many times more often no UTF-8 than it is.
const MISFITS: u64 = 4;

/// An encoding, by any name that the web has for it (`latin1`, `windows-1250`, `utf-16le`), or `macroman`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "macroman" | "mac-roman" | "mac roman" => Some(MACINTOSH),
        "ansi" => Some(encoding_rs::WINDOWS_1252),
        "utf16" => Some(UTF_16LE),
        other => Encoding::for_label(other.as_bytes()).filter(|&found| found != REPLACEMENT),
    }
}

/// An encoding that shows in the first bytes: by a mark, or by NULs.
pub(super) fn shown_by(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => Some(UTF_8),
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => by_nuls(head),
    }
}

/// ASCII text in UTF-16 has a NUL in every other place; a few NULs are only dirt. The rest of such a text, names in Cyrillic
/// for instance, has none, so a quarter of the places is enough.
fn by_nuls(head: &[u8]) -> Option<&'static Encoding> {
    let nuls = |first: usize| head.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    let many = head.len() / 8;
    match head.len() {
        0..8 => None,
        _ if odd > many && odd > 4 * even => Some(UTF_16LE),
        _ if even > many && even > 4 * odd => Some(UTF_16BE),
        _ => None,
    }
}

/// What was seen of a text.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Characters beyond ASCII that are UTF-8.
    fitting: u64,
    /// Bytes beyond ASCII that are not.
    misfits: u64,
    /// Lines that are not ASCII.
    lines: Vec<u8>,
    /// The line that the last piece ended in: a character of two bytes that is cut would rule its encoding out.
    open_line: Vec<u8>,
    /// The start of a character of UTF-8 that the last piece ended in.
    cut: Vec<u8>,
}

impl Evidence {
    /// Looks at the next piece of a text.
    pub(super) fn add(&mut self, piece: &[u8]) {
        let before = self.misfits;
        if !(self.cut.is_empty() && piece.is_ascii()) {
            self.count_joined(piece);
        }
        // What is UTF-8 needs no guess.
        if self.misfits == before {
            self.pass_lines(piece);
        } else {
            self.keep_lines(piece);
        }
    }

    fn count_joined(&mut self, piece: &[u8]) {
        let mut joined = std::mem::take(&mut self.cut);
        let bytes = if joined.is_empty() {
            piece
        } else {
            joined.extend_from_slice(piece);
            &joined
        };
        self.count(bytes);
    }

    /// Keeps the lines of a piece that are not ASCII.
    fn keep_lines(&mut self, piece: &[u8]) {
        for (i, line) in piece.split(|&byte| byte == b'\n').enumerate() {
            if i > 0 {
                self.end_line();
            }
            self.go_on_with_line(line);
        }
    }

    /// Passes over the lines of a piece, but for those that it shares with the pieces around it.
    fn pass_lines(&mut self, piece: &[u8]) {
        let Some(first) = memchr::memchr(b'\n', piece) else { return self.go_on_with_line(piece) };
        self.go_on_with_line(piece.get(..first).unwrap_or_default());
        self.end_line();
        let last = memchr::memrchr(b'\n', piece).map_or(piece.len(), |last| last + 1);
        self.go_on_with_line(piece.get(last..).unwrap_or_default());
    }

    fn go_on_with_line(&mut self, part: &[u8]) {
        let room = GUESSED_ON.saturating_sub(self.open_line.len());
        self.open_line.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
    }

    fn end_line(&mut self) {
        let room = GUESSED_ON.saturating_sub(self.lines.len());
        if room > 0 && !self.open_line.is_ascii() {
            self.open_line.truncate(room);
            self.lines.append(&mut self.open_line);
            self.lines.push(b'\n');
        }
        self.open_line.clear();
    }

    fn count(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let (valid, error) = match std::str::from_utf8(rest) {
                Ok(text) => (text.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            let fits = rest.get(..valid).unwrap_or_default();
            self.fitting += fits.iter().filter(|&&byte| byte >= 0xc0).map(|_| 1).sum::<u64>();
            match error {
                None => return,
                Some(None) => {
                    self.cut = rest.get(valid..).unwrap_or_default().to_vec();
                    return;
                }
                Some(Some(len)) => {
                    self.misfits += 1;
                    rest = rest.get(valid + len..).unwrap_or_default();
                }
            }
        }
    }

    /// Looks at a piece from somewhere else: what a character was cut in is forgotten.
    fn add_from_elsewhere(&mut self, piece: &[u8]) {
        self.cut.clear();
        self.open_line.clear();
        let is_continuation = |byte: &u8| (0x80..0xc0).contains(byte);
        let cut = piece.iter().take(3).take_while(|byte| is_continuation(byte)).count();
        let whole = memchr::memchr(b'\n', piece).map_or(cut, |end| end + 1);
        self.add(piece.get(whole..).unwrap_or_default());
        self.cut.clear();
        self.open_line.clear();
    }

    /// The encoding, and whether it is a guess.
    pub(super) fn judge(mut self) -> Judged {
        self.misfits += u64::from(!self.cut.is_empty());
        self.end_line();
        if self.misfits <= self.fitting.saturating_mul(MISFITS) {
            return Judged { encoding: UTF_8, misfits: self.misfits };
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.lines, true);
        Judged { encoding: detector.guess(None, Utf8Detection::Deny), misfits: 0 }
    }
}

/// What a text is most likely in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) encoding: &'static Encoding,
    /// How many bytes are not in that encoding, where it is UTF-8 nevertheless.
    pub(super) misfits: u64,
}

/// Looks through the start of a stream.
pub(super) fn look_through(reader: &mut dyn Read) -> io::Result<Evidence> {
    let mut evidence = Evidence::default();
    let mut buffer = vec![0; CHUNK];
    let mut left = LOOKED_THROUGH;
    while left > 0 {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                evidence.add(buffer.get(..n).unwrap_or_default());
                left = left.saturating_sub(u64::try_from(n).unwrap_or(u64::MAX));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(evidence)
}

/// Looks at places further down in a file of `len` bytes, evenly spread, its end among them.
pub(super) fn look_further(file: &mut (impl Read + Seek), len: u64, evidence: &mut Evidence) -> io::Result<()> {
    let Some(beyond) = len.checked_sub(LOOKED_THROUGH + AT_EACH_PLACE).filter(|&beyond| beyond > 0) else {
        return Ok(());
    };
    let mut buffer = Vec::new();
    for place in 1..=PLACES {
        file.seek(SeekFrom::Start(LOOKED_THROUGH + beyond / PLACES * place))?;
        buffer.clear();
        file.by_ref().take(AT_EACH_PLACE).read_to_end(&mut buffer)?;
        evidence.add_from_elsewhere(&buffer);
    }
    Ok(())
}

/// What the text in `file`, which is `len` bytes long, is taken for where nobody says what it is.
///
/// # Errors
/// Those of reading it.
pub fn of(file: &mut (impl Read + Seek), len: u64) -> io::Result<&'static Encoding> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    if let Some(shown) = shown_by(&head) {
        return Ok(shown);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut evidence = look_through(file)?;
    look_further(file, len, &mut evidence)?;
    Ok(evidence.judge().encoding)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use encoding_rs::{ISO_8859_2, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254};

    use super::*;

    fn judged(bytes: &[u8]) -> Judged {
        look_through(&mut Cursor::new(bytes)).unwrap().judge()
    }

    fn rows(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable);
        bytes.into_owned()
    }

    fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    #[test]
    fn names_of_people_tell_the_encodings_of_europe_apart() {
        let german = "Name;Straße\nMüller;Königstraße 5\nJäger;Grüner Weg 3\n";
        let polish = "Imię;Miasto\nŁukasz Wiśniewski;Łódź\nGrażyna Źródlana;Kraków\nMałgorzata Dąbrowska;Gdańsk\n";
        let bulgarian = "Име;Град\nИван Петров;София\nГеорги Димитров;Пловдив\n";
        let greek = "Όνομα;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΜαρία Νικολάου;Θεσσαλονίκη\n";
        let turkish = "Adı;Şehir\nAyşe Yılmaz;İstanbul\nÇağrı Öztürk;Eskişehir\nGülşen Doğan;Muğla\n";
        for (text, encoding) in [
            (german, WINDOWS_1252),
            (polish, WINDOWS_1250),
            (bulgarian, WINDOWS_1251),
            (greek, WINDOWS_1253),
            (turkish, WINDOWS_1254),
        ] {
            let judged = judged(&rows(text, encoding));
            assert_eq!(judged.encoding.name(), encoding.name(), "{text}");
            assert_eq!(decoded(&rows(text, encoding), judged.encoding), text);
        }
        let judged = judged(&rows(polish, ISO_8859_2));
        assert_eq!(decoded(&rows(polish, ISO_8859_2), judged.encoding), polish);
    }

    #[test]
    fn chinese_and_japanese_names_are_told_from_the_encodings_of_europe() {
        let chinese = "姓名,手机,城市\n张伟,1,北京市朝阳区\n王芳,2,上海市浦东新区\n李娜,3,广州市天河区\n";
        let japanese =
            "名前,電話番号,住所\n山田太郎,1,東京都千代田区\n鈴木花子,2,大阪府大阪市\nさとうはなこ,3,カタカナ通り\n";
        for (text, encoding) in [(chinese, encoding_rs::GBK), (japanese, encoding_rs::SHIFT_JIS)] {
            let judged = judged(&rows(text, encoding));
            assert_eq!(
                (judged.encoding.name(), decoded(&rows(text, encoding), encoding)),
                (encoding.name(), text.to_owned())
            );
        }
    }

    #[test]
    fn the_guess_does_not_depend_on_how_the_pieces_are_cut() {
        let bytes =
            rows("姓名,手机,城市\n张伟,1,北京市朝阳区\n王芳,2,上海市浦东新区\n李娜,3,广州市天河区\n", encoding_rs::GBK);
        for size in 1..40 {
            let mut evidence = Evidence::default();
            bytes.chunks(size).for_each(|piece| evidence.add(piece));
            assert_eq!(evidence.judge().encoding.name(), "GBK", "{size}");
        }
    }

    #[test]
    fn one_byte_at_the_end_of_a_long_ascii_file_is_enough() {
        let mut bytes = b"name;phone\n".repeat(300_000);
        bytes.extend_from_slice(b"M\xfcller;1\n");
        assert_eq!(judged(&bytes).encoding, WINDOWS_1252);
    }

    #[test]
    fn a_few_bad_bytes_in_a_text_of_utf_8_do_not_change_what_it_is() {
        let mut bytes = "Müller;Jäger\n".repeat(100).into_bytes();
        bytes.extend_from_slice(b"Schr\xf6der;1\n");
        assert_eq!(judged(&bytes), Judged { encoding: UTF_8, misfits: 1 });
    }

    #[test]
    fn characters_cut_by_the_pieces_that_are_read_fit_all_the_same() {
        let bytes = "ä€😀".repeat(100).into_bytes();
        for size in 1..9 {
            let mut evidence = Evidence::default();
            bytes.chunks(size).for_each(|piece| evidence.add(piece));
            assert_eq!((evidence.fitting, evidence.misfits), (300, 0), "{size}");
        }
    }

    #[test]
    fn utf_16_shows_by_its_mark_or_its_nuls_and_a_few_nuls_are_dirt() {
        assert_eq!(shown_by(b"\xff\xfea\0"), Some(UTF_16LE));
        assert_eq!(shown_by(b"\xfe\xff\0a"), Some(UTF_16BE));
        assert_eq!(shown_by(b"a\0,\0b\0\n\0"), Some(UTF_16LE));
        assert_eq!(shown_by(b"\0a\0,\0b\0\n"), Some(UTF_16BE));
        assert_eq!(shown_by(b"a,b\0,c\n1,2,3\n"), None);
        let cyrillic: Vec<u8> = "Име;Телефон\nИван;0881\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(shown_by(&cyrillic), Some(UTF_16LE));
    }

    #[test]
    fn encodings_are_known_by_the_names_that_people_use() {
        for (name, expected) in [("latin1", "windows-1252"), ("MacRoman", "macintosh"), ("CP1250", "windows-1250")] {
            assert_eq!(by_name(name).map(Encoding::name), Some(expected), "{name}");
        }
        assert_eq!(by_name("klingon"), None);
    }
}
