//! What pages show of queues: items of lists, of which dead letters can be put in again and deleted.

use super::DEAD;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::Result;
use crate::refusal::unsupported;
use crate::types::object::Target;
use crate::types::window::{Action, Entry, EntryPage, PAGE, learn_page, place_after, place_of, value_shown};

/// Some items of a list, oldest first; what tells each from others is what it is.
pub(in crate::types) async fn items_shown<T: Value, C: Codec>(
    at: &Target,
    suffix: &str,
    cursor: Option<&[u8]>,
    is_secret: bool,
) -> Result<EntryPage> {
    let (first, store) = (place_of(cursor)?, at.store()?);
    let list = if suffix.is_empty() { at.key.to_string() } else { store.beside(&at.key, suffix)? };
    let items = store.lists().page(&list, first, PAGE).await?;
    learn_page::<T, C>(at, &items).await?;
    let next = place_after(first, items.len());
    let entry = |id: Vec<u8>| {
        let value = Some(value_shown::<T, C>(at, is_secret, &id));
        Entry { id, value, ..Entry::default() }
    };
    Ok(EntryPage { entries: items.into_iter().map(entry).collect(), next })
}

/// The oldest of these dead letters; whether there was one.
pub(in crate::types) async fn act_on_letter(at: &Target, action: Action, letter: &[u8]) -> Result<bool> {
    let store = at.store()?;
    let (lists, dead) = (store.lists(), store.beside(&at.key, DEAD)?);
    match action {
        Action::Requeue => lists.requeue_one(&at.key, &dead, letter).await,
        Action::Delete => lists.delete_one(&at.key, &dead, letter).await,
        Action::Edit => Err(unsupported("a dead letter cannot be edited; requeue or delete it")),
    }
}

/// All dead letters; how many there were.
pub(in crate::types) async fn act_on_letters(at: &Target, action: Action) -> Result<u64> {
    let store = at.store()?;
    let (lists, dead) = (store.lists(), store.beside(&at.key, DEAD)?);
    match action {
        Action::Requeue => lists.requeue_all(&at.key, &dead).await,
        Action::Delete => lists.delete_all(&at.key, &dead).await,
        Action::Edit => Err(unsupported("dead letters cannot be edited; requeue or delete them")),
    }
}
