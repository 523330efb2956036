//! Walks over the keys of all servers, in pages, to find the entries of one object.

use super::answer::Cursor;
use super::name::{LEASE, rest_of};
use crate::error::Result;
use crate::store::packed::Packed;
use crate::store::redis::{Effect, Request, Router};

/// About how many keys a server looks at for one page.
const PAGE: usize = 1000;

/// How often a walk begins anew at the most, when connections are lost and made.
const WALKS: usize = 5;

/// The names on one page that begin with that of the object, and where the next one begins.
pub(super) async fn page(router: &Router, key: &str, cursor: Option<Cursor>) -> Result<(Vec<String>, Option<Cursor>)> {
    let (cursor, mut nodes) = match cursor {
        Some(Cursor::At { cursor, nodes }) => (cursor, nodes),
        _ => (b"0".to_vec(), router.nodes()?),
    };
    let Some(node) = nodes.last() else { return Ok((Vec::new(), None)) };
    let request = Request::without_key("SCAN", Effect::Read).arg(cursor).arg("MATCH").arg(pattern(key));
    let (cursor, names): (Vec<u8>, Vec<Vec<u8>>) = router.read_at(node, &request.arg("COUNT").arg(PAGE)).await?;
    if cursor == b"0" {
        nodes.pop();
    }
    // What is no text is no name of an entry.
    let names = names.into_iter().filter_map(|name| String::from_utf8(name).ok()).collect();
    Ok((names, (!nodes.is_empty()).then_some(Cursor::At { cursor, nodes })))
}

/// What the names of an object's entries are like.
fn pattern(key: &str) -> String {
    let mut pattern = String::with_capacity(key.len() + 2);
    for character in key.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push_str(":*");
    pattern
}

/// Removes the entries of the object and their leases, page by page.
pub(super) async fn clear(router: &Router, key: &str) -> Result<()> {
    for _ in 0..WALKS {
        let made = router.connections_made();
        walk_and_clear(router, key).await?;
        // Another server may have taken over, whose cursors are others.
        if router.connections_made() == made {
            break;
        }
    }
    Ok(())
}

async fn walk_and_clear(router: &Router, key: &str) -> Result<()> {
    let (prefix, mut cursor) = (format!("{key}:"), None);
    loop {
        let (names, next) = page(router, key, cursor).await?;
        let leases = names.iter().filter(|name| is_own(name, &prefix)).flat_map(|name| {
            // Where the name takes no lease beside it, it has none.
            [Some(name.clone()), router.beside(name, LEASE).ok()].into_iter().flatten()
        });
        let removed: Vec<String> = leases.collect();
        remove(router, &removed).await?;
        cursor = next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Whether it is an entry of the object, or the lease beside one.
fn is_own(name: &str, prefix: &str) -> bool {
    rest_of(name.strip_suffix(LEASE).unwrap_or(name), prefix).is_some()
}

async fn remove(router: &Router, names: &[String]) -> Result<()> {
    for names in names.chunks(Packed::MOST_PARTS) {
        if router.is_cluster() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let removed =
                router.send_apart::<u64, _>(&names, |at| Request::command("UNLINK", names[at], Effect::Idempotent));
            removed.await.into_iter().try_for_each(|removed| removed.map(drop))?;
        } else if let [first, more @ ..] = names {
            router.send::<u64>(&Request::command("UNLINK", first, Effect::Idempotent).args(more)).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_pattern_stands_for_itself() {
        assert_eq!(pattern("a*b?[c]^\\d"), "a\\*b\\?\\[c\\]\\^\\\\d:*");
    }

    #[test]
    fn entries_and_their_leases_are_the_objects_own_and_those_of_others_are_not() {
        for own in ["a:i|1", "a:i|1$lease", "a:", "a:s|x%3Ay"] {
            assert!(is_own(own, "a:"), "{own}");
        }
        for other in ["a:b:i|1", "a:$x", "b:i|1", "a", "a:x$lease$lease", "a:x$other"] {
            assert!(!is_own(other, "a:"), "{other}");
        }
    }
}
