//! Members of sets and rankings on their way into a store, and out of one. They are written as keys are, since their bytes say
//! which of them are equal.

use super::object::{Target, none_if_unreadable};
use crate::bounds::Key;
use crate::codec::{Codec, append_new, decode_owned};
use crate::error::Result;
use crate::lend::Lend;
use crate::score::{self, Score};
use crate::store::Packed;

/// The stored forms of members that are to be stored.
pub(super) fn pack_members<C: Codec, T: Key, A: Lend<T>>(members: impl IntoIterator<Item = A>) -> Result<Packed> {
    let mut packed = Packed::default();
    for member in members {
        packed.push_with(|out| append_new::<C, T>(&member, out))?;
    }
    Ok(packed)
}

impl Target {
    /// A member; `None` where what cannot be read is taken for absent, and this cannot.
    pub(super) fn read_member<T: Key, C: Codec>(&self, stored: Vec<u8>) -> Result<Option<T>> {
        self.readable(decode_owned::<C, T>(stored))
    }

    pub(super) fn read_members<T: Key, C: Codec>(&self, stored: Vec<Vec<u8>>) -> Result<Vec<T>> {
        stored.into_iter().filter_map(|stored| self.read_member::<T, C>(stored).transpose()).collect()
    }

    /// A member with its score, as [`read_member`](Self::read_member) does.
    pub(super) fn read_scored<T: Key, S: Score, C: Codec>(
        &self,
        (stored, double): (Vec<u8>, f64),
    ) -> Result<Option<(T, S)>> {
        self.readable(decode_owned::<C, T>(stored).and_then(|member| Ok((member, score::of(double)?))))
    }

    pub(super) fn readable<V>(&self, read: Result<V>) -> Result<Option<V>> {
        none_if_unreadable(self.unreadable_is_absent, read.map(Some))
    }
}
