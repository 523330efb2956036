//! What is published of a write: which fields it changed, each with its length in front; nothing when all may have.

use crate::backend::near::Change;

/// Beyond this, a whole namespace is dropped with less effort.
const MOST_FIELDS: usize = 512;
const MOST_BYTES: usize = 64 * 1024;

/// Stands behind the key in the name of the channel.
pub(super) const CHANNEL: &str = "$near";

pub(super) fn write(change: Change<'_>) -> Vec<u8> {
    let fields = match &change {
        Change::Field(field) => std::slice::from_ref(field),
        Change::Fields(fields) => fields,
        Change::All => &[],
    };
    let bytes: usize = fields.iter().map(|field| field.len() + 4).sum();
    if fields.len() > MOST_FIELDS || bytes > MOST_BYTES {
        return Vec::new();
    }
    let mut said = Vec::with_capacity(bytes);
    for field in fields {
        said.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        said.extend_from_slice(field);
    }
    said
}

/// What cannot be read may be of all fields.
pub(super) fn read(said: &[u8], told: impl FnOnce(Change<'_>)) {
    match fields(said) {
        Some(fields) if !fields.is_empty() => told(Change::Fields(&fields)),
        _ => told(Change::All),
    }
}

fn fields(mut said: &[u8]) -> Option<Vec<&[u8]>> {
    let mut fields = Vec::new();
    while !said.is_empty() {
        let (length, rest) = said.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
        fields.push(field);
        said = rest;
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::{Change, read, write};

    fn read_back(said: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut back = None;
        read(said, |change| {
            back = match change {
                Change::Fields(fields) => Some(fields.iter().map(|field| field.to_vec()).collect()),
                _ => None,
            };
        });
        back
    }

    #[test]
    fn fields_are_read_as_they_were_written() {
        let fields: [&[u8]; 3] = [b"i|1", b"", b"s|a\0b"];
        assert_eq!(read_back(&write(Change::Fields(&fields))), Some(fields.map(<[u8]>::to_vec).to_vec()));
        assert_eq!(read_back(&write(Change::Field(b"i|1"))), Some(vec![b"i|1".to_vec()]));
    }

    #[test]
    fn what_is_too_much_or_unreadable_is_all() {
        assert_eq!(read_back(&write(Change::All)), None);
        assert_eq!(read_back(&write(Change::Fields(&[b"field".as_slice(); 513]))), None);
        assert_eq!(read_back(&write(Change::Field(&[b'x'; 70_000]))), None);
        for said in [&b"\0\0\0\x02i"[..], b"all", b"\0\0\0\x01i\xff\xff\xff\xff"] {
            assert_eq!(read_back(said), None, "{said:?}");
        }
    }
}
