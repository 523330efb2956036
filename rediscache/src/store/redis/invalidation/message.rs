//! The message that is published of a write: which entries it changed, each with its length in front; nothing when all may
//! have.

use crate::near::Change;

/// Beyond this, a whole namespace is dropped with less effort.
const MOST_ENTRIES: usize = 512;
const MOST_BYTES: usize = 64 * 1024;

/// Stands behind the key in the name of the channel.
pub(crate) const CHANNEL: &str = "$near";

pub(crate) fn write(change: Change<'_>) -> Vec<u8> {
    let entries = match &change {
        Change::Entry(entry) => std::slice::from_ref(entry),
        Change::Entries(entries) => entries,
        Change::All => &[],
    };
    let bytes: usize = entries.iter().map(|entry| entry.len() + 4).sum();
    if entries.len() > MOST_ENTRIES || bytes > MOST_BYTES {
        return Vec::new();
    }
    let mut message = Vec::with_capacity(bytes);
    for entry in entries {
        message.extend(u32::try_from(entry.len()).unwrap_or(u32::MAX).to_be_bytes());
        message.extend_from_slice(entry);
    }
    message
}

/// What cannot be read may be of all entries.
pub(super) fn read(message: &[u8], told: impl FnOnce(Change<'_>)) {
    match entries(message) {
        Some(entries) if !entries.is_empty() => told(Change::Entries(&entries)),
        _ => told(Change::All),
    }
}

fn entries(mut message: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !message.is_empty() {
        let (length, rest) = message.split_first_chunk::<4>()?;
        let (entry, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
        entries.push(entry);
        message = rest;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::{Change, read, write};

    fn read_back(message: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut back = None;
        read(message, |change| {
            back = match change {
                Change::Entries(entries) => Some(entries.iter().map(|entry| entry.to_vec()).collect()),
                _ => None,
            };
        });
        back
    }

    #[test]
    fn entries_are_read_as_they_were_written() {
        let entries: [&[u8]; 3] = [b"i|1", b"", b"s|a\0b"];
        assert_eq!(read_back(&write(Change::Entries(&entries))), Some(entries.map(<[u8]>::to_vec).to_vec()));
        assert_eq!(read_back(&write(Change::Entry(b"i|1"))), Some(vec![b"i|1".to_vec()]));
    }

    #[test]
    fn what_is_too_much_or_unreadable_is_all() {
        assert_eq!(read_back(&write(Change::All)), None);
        assert_eq!(read_back(&write(Change::Entries(&[b"entry".as_slice(); 513]))), None);
        assert_eq!(read_back(&write(Change::Entry(&[b'x'; 70_000]))), None);
        for message in [&b"\0\0\0\x02i"[..], b"all", b"\0\0\0\x01i\xff\xff\xff\xff"] {
            assert_eq!(read_back(message), None, "{message:?}");
        }
    }
}
