use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use crate::error::Result;

/// The longest that is held without memory of its own: what the largest number takes.
const SHORT: usize = 22;

/// The stored form of a key, in place where it is short.
#[derive(Clone)]
pub(crate) enum Field {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

impl Field {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match u8::try_from(bytes.len()) {
            Ok(length) if bytes.len() <= SHORT => {
                let mut short = [0; SHORT];
                short[..bytes.len()].copy_from_slice(bytes);
                Self::Short(length, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }

    /// Takes what `write` writes.
    pub(crate) fn written(write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<Self> {
        use std::cell::RefCell;

        thread_local! {
            static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        BUFFER.with(|buffer| match buffer.try_borrow_mut() {
            Ok(mut buffer) => {
                buffer.clear();
                write(&mut buffer).map(|()| Self::new(&buffer))
            }
            // A key that reads from a cache when it is written.
            Err(_) => {
                let mut buffer = Vec::new();
                write(&mut buffer).map(|()| Self::new(&buffer))
            }
        })
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
    }
}

impl Borrow<[u8]> for Field {
    fn borrow(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Hash for Field {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Field {}
