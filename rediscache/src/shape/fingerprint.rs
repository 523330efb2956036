//! Four bytes that tell shapes apart.

use std::fmt;
use std::hash::{Hash, Hasher};

use crc::{CRC_32_ISO_HDLC, Crc};

static CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The CRC-32 of a shape's text, as zlib and Python's `zlib.crc32` have it.
///
/// Shapes that differ in one place never share it, and two others do by a chance of one to four thousand million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint(pub(crate) [u8; 4]);

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        Self(CHECKSUM.checksum(text.as_bytes()).to_be_bytes())
    }
}

impl Hash for Fingerprint {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(u32::from_ne_bytes(self.0));
    }
}

/// As the hash `$shapes` names it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}
