//! The ids of a family as a stream.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::bounds::Key;
use crate::codec::Typestring;
use crate::error::Result;
use crate::namespace::{Namespace, around_place};
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;
use crate::store::Cursor;
use crate::types::entry_name::key_of;
use crate::types::info::ObjectInfo;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;
use crate::types::pages::{FetchedPage, Pages};

/// The ids of a family, a page at a time; made by [`BoundFamily::ids`](crate::BoundFamily::ids).
#[must_use = "a stream does nothing until it is polled"]
pub struct FamilyScan<I> {
    pages: Pages<Box<str>, Cursor>,
    /// Those that were given out, in the form of names.
    seen: HashSet<Box<str>, foldhash::quality::RandomState>,
    ids: PhantomData<fn() -> I>,
}

/// A page of ids, some of them more than once.
type FoundIds = FetchedPage<Box<str>, Cursor>;

/// What the objects of a family are called, each with whether the global namespace goes in front.
type FamilyNames = Arc<[(&'static str, bool)]>;

impl<I: Key> FamilyScan<I> {
    /// Nothing is read or written by these.
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_cache::<I, (), Typestring>(ObjectKind::Cache);

    pub(super) fn new(namespace: &'static str, objects: &[ObjectInfo], session: Option<&RedisSession>) -> Self {
        let object = Object::named(Namespace::of_family(namespace), Self::TYPES);
        let object = session.map_or_else(|| object.clone(), |session| object.on(session));
        let names = names_of(objects);
        let pages = Pages::new(&object, move |object, cursor| fetch(object, &names, cursor));
        Self { pages, seen: HashSet::default(), ids: PhantomData }
    }

    /// The page of ids at a cursor, as they stand in names, some of them more than once.
    pub(super) fn page(
        namespace: &'static str,
        objects: &[ObjectInfo],
        session: &RedisSession,
        cursor: Option<Cursor>,
    ) -> Operation<FoundIds> {
        let object = Object::named(Namespace::of_family(namespace), Self::TYPES).on(session);
        fetch(&object, &names_of(objects), cursor)
    }
}

/// Reads an id as it stands in names.
pub(super) fn read_id<I: Key>(id: &str) -> Result<I> {
    key_of::<Typestring, I>(id)
}

fn names_of(objects: &[ObjectInfo]) -> FamilyNames {
    objects.iter().map(|object| (object.name_of_keys(), object.is_global)).collect()
}

/// Fetches a page of keys, as far as they are of the family.
fn fetch(object: &Object, names: &FamilyNames, cursor: Option<Cursor>) -> Operation<FoundIds> {
    let names = Arc::clone(names);
    Operation::reading(object, "ids", move |at| async move {
        let places = places(&at, &names);
        let (keys, next) = at.store()?.keys().names(common_start(&places), cursor).await?;
        let ids = keys.iter().filter_map(|key| id_in(key, &places)).map(Box::from).collect();
        Ok((ids, next, at))
    })
}

/// What stands before and behind the id in the keys of each object.
fn places(at: &Target, names: &FamilyNames) -> Vec<(String, &'static str)> {
    let global = at.session.global_namespace();
    let place = |&(template, is_global): &(&'static str, bool)| {
        let (before, after) = around_place(template)?;
        let before = if is_global && !global.is_empty() { format!("{global}.{before}") } else { before.to_owned() };
        Some((before, after))
    };
    names.iter().filter_map(place).collect()
}

/// How the keys of all objects begin.
fn common_start<'a>(places: &'a [(String, &str)]) -> &'a str {
    let mut starts = places.iter().map(|(before, _)| before.as_str());
    let first = starts.next().unwrap_or_default();
    let common = |start: &str, other: &str| {
        let same = start.char_indices().zip(other.chars()).take_while(|((_, one), other)| one == other);
        same.last().map_or(0, |((at, last), _)| at + last.len_utf8())
    };
    starts.fold(first, |start, other| &first[..common(start, other)])
}

/// The id in a key, if it is that of an object, of an entry of one, or of something beside one.
fn id_in<'a>(key: &'a str, places: &[(String, &str)]) -> Option<&'a str> {
    places.iter().find_map(|(before, after)| {
        let (id, rest) = key.strip_prefix(before.as_str())?.split_once('}')?;
        let rest = rest.strip_prefix(after)?;
        (rest.is_empty() || rest.starts_with([':', '$'])).then_some(id)
    })
}

impl<I: Key> Stream for FamilyScan<I> {
    type Item = Result<I>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { pages, seen, .. } = self.get_mut();
        pages.poll_next(context, |at, id| {
            if seen.contains(&id) {
                return Ok(None);
            }
            let read = read_id(&id).map_err(|error| error.during("ids", Some(at.namespace.as_str())));
            seen.insert(id);
            read.map(Some)
        })
    }
}

impl<I> fmt::Debug for FamilyScan<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FamilyScan").field("namespace", &self.pages.namespace()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_the_family_have_an_id() {
        let places = [".pages", ".jobs"].map(|after| ("bot.tenant.{".to_owned(), after));
        for key in ["bot.tenant.{i|7}.pages", "bot.tenant.{i|7}.jobs$dead", "bot.tenant.{i|7}.pages:s|a$lease"] {
            assert_eq!(id_in(key, &places), Some("i|7"), "{key}");
        }
        for key in ["bot.tenant.{i|7", "bot.tenant.{i|7}.page", "bot.tenant.{i|7}.pages2", "tenant.{i|7}.pages"] {
            assert_eq!(id_in(key, &places), None, "{key}");
        }
    }

    #[test]
    fn keys_are_looked_for_by_what_all_of_them_begin_with() {
        let start = |starts: &[&str]| {
            let places: Vec<_> = starts.iter().map(|start| ((*start).to_owned(), "")).collect();
            common_start(&places).to_owned()
        };
        assert_eq!(start(&["tenant.{"]), "tenant.{");
        assert_eq!(start(&["tenant.{", "tenant.{", "tenants.{"]), "tenant");
        assert_eq!(start(&["bot.é{", "bot.è{"]), "bot.");
        assert_eq!(start(&["a{", "b{"]), "");
        assert_eq!(start(&[]), "");
    }
}
