//! What the binary formats of Excel share: numbers and texts in little-endian bytes.

use std::io;

use super::xml::cut_off;

/// The bytes of one record. What is beyond its end is an error and no panic.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn array<const N: usize>(self, at: usize) -> io::Result<[u8; N]> {
        let bytes = at.checked_add(N).and_then(|end| self.0.get(at..end)).ok_or_else(cut_off)?;
        bytes.try_into().map_err(|_| cut_off())
    }

    pub(super) fn u8(self, at: usize) -> io::Result<u8> {
        self.array::<1>(at).map(|[byte]| byte)
    }

    pub(super) fn u16(self, at: usize) -> io::Result<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn u32(self, at: usize) -> io::Result<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn f64(self, at: usize) -> io::Result<f64> {
        self.array(at).map(f64::from_le_bytes)
    }

    /// `length` bytes from `at`.
    pub(super) fn slice(self, at: usize, length: usize) -> io::Result<&'a [u8]> {
        at.checked_add(length).and_then(|end| self.0.get(at..end)).ok_or_else(cut_off)
    }

    /// A number of 30 bits with two flags: whole or the top of a float, and whether it is of hundredths (2.5.122).
    pub(super) fn rk(self, at: usize) -> io::Result<f64> {
        let raw = self.u32(at)?;
        let number =
            if raw & 2 == 0 { f64::from_bits(u64::from(raw & !3) << 32) } else { f64::from(raw.cast_signed() >> 2) };
        Ok(if raw & 1 == 0 { number } else { number / 100.0 })
    }

    /// A text of UTF-16 after its length, and where it ends; an absent one, of length -1, is empty.
    pub(super) fn wide(self, at: usize) -> io::Result<(String, usize)> {
        let length = match self.u32(at)? {
            u32::MAX => 0,
            length => (length as usize).saturating_mul(2),
        };
        let bytes = self.slice(at.saturating_add(4), length)?;
        Ok((utf16(bytes), at + 4 + length))
    }
}

/// UTF-16 as text.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_le_bytes(pair));
    char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
}

/// An error as the worksheet shows it (2.5.97.2).
pub(super) fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2b => "#GETTING_DATA",
        _ => "#N/A",
    }
}
