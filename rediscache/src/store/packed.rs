//! Byte strings end to end in one buffer, for calls that carry many.

/// The byte strings, and where each ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// How many bytes calls may have that go out together.
const MOST_BYTES: usize = 256 * 1024;

impl Packed {
    /// How many parts calls may have that go out together, so that one command never holds the server for long. A call that
    /// is larger goes alone.
    pub(crate) const MOST_PARTS: usize = 512;

    /// Whether another part of so many bytes may go out together with these.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.len() < Self::MOST_PARTS && self.bytes() + bytes <= MOST_BYTES
    }

    /// Appends what `write` writes as one more byte string; nothing is appended when it fails.
    pub(crate) fn push_with<T, E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<T, E>) -> Result<T, E> {
        let start = self.bytes.len();
        let written = write(&mut self.bytes);
        match written {
            Ok(_) => self.ends.push(self.bytes.len()),
            Err(_) => self.bytes.truncate(start),
        }
        written
    }

    pub(crate) fn push(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
        self.ends.push(self.bytes.len());
    }

    /// Keeps those of the groups, of `size` parts each, that are wanted.
    pub(crate) fn retain(&mut self, size: usize, wanted: &[bool]) {
        let kept = |at: usize| wanted.get(at / size).copied().unwrap_or_default();
        *self = self.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, part)| part).collect();
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn get(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.bytes[start..self.ends[at]]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.ends.iter().zip(starts).map(|(&end, start)| &self.bytes[start..end])
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Packed {
    fn from_iter<I: IntoIterator<Item = T>>(parts: I) -> Self {
        let mut packed = Self::default();
        for part in parts {
            packed.push(part.as_ref());
        }
        packed
    }
}

/// The name of a key, which is made as text.
pub(crate) fn text(name: &[u8]) -> &str {
    std::str::from_utf8(name).unwrap_or_default()
}
