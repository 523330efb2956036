//! Bytes that mean nothing outside, in hexadecimal: cursors, and what tells entries from others.

use std::fmt::Write;

pub(crate) fn write(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn bytes_are_read_back() {
        assert_eq!(write(&[0, 10, 255]), "000aff");
        assert_eq!(read("000AfF"), Some(vec![0, 10, 255]));
        assert_eq!(read(""), Some(Vec::new()));
        assert!(["0", "0g", "ü0", " 0"].iter().all(|text| read(text).is_none()));
    }
}
