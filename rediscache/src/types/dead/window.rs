//! What pages show of queues: items of lists, of which dead letters can be put in again and deleted.

use super::DEAD;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::Result;
use crate::refusal::unsupported;
use crate::types::object::Target;
use crate::types::window::{Action, Entry, EntryPage, PAGE, id_of, learn_page, place_after, place_of, value_shown};

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
    let entry = |item: &Vec<u8>| {
        let value = Some(value_shown::<T, C>(at, is_secret, item));
        Entry { id: id_of(is_secret, item), value, ..Entry::default() }
    };
    Ok(EntryPage { entries: items.iter().map(entry).collect(), next })
}

/// The oldest item of this id in a list; what it is, where nothing is secret.
async fn look_for(at: &Target, list: &str, id: &[u8], is_secret: bool) -> Result<Option<Vec<u8>>> {
    let (lists, mut first) = (at.store()?.lists(), 0);
    if !is_secret {
        return Ok(Some(id.to_vec()));
    }
    loop {
        let items = lists.page(list, first, PAGE).await?;
        first += items.len() as u64;
        let is_last = (items.len() as u64) < PAGE;
        let found = items.into_iter().find(|item| id_of(true, item) == id);
        if found.is_some() || is_last {
            return Ok(found);
        }
    }
}

/// Deletes the oldest item of this id among those that wait; whether there was one.
pub(in crate::types) async fn delete_item(at: &Target, id: &[u8], is_secret: bool) -> Result<bool> {
    let Some(item) = look_for(at, &at.key, id, is_secret).await? else { return Ok(false) };
    at.store()?.lists().delete_one(&at.key, &at.key, &item).await
}

/// The oldest dead letter of this id; whether there was one.
pub(in crate::types) async fn act_on_letter(at: &Target, action: Action, id: &[u8], is_secret: bool) -> Result<bool> {
    let store = at.store()?;
    let (lists, dead) = (store.lists(), store.beside(&at.key, DEAD)?);
    let Some(letter) = look_for(at, &dead, id, is_secret).await? else { return Ok(false) };
    match action {
        Action::Requeue => lists.requeue_one(&at.key, &dead, &letter).await,
        Action::Delete => lists.delete_one(&at.key, &dead, &letter).await,
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
