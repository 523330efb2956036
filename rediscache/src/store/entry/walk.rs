//! Removes the entries of one object, which a walk over the keys of all servers finds.

use super::name::LEASE;
use crate::error::Result;
use crate::store::key::{page, rest_of, throughout};
use crate::store::packed::Packed;
use crate::store::redis::{Effect, Request, Router};

/// Removes the entries of the object and their leases, page by page.
pub(super) async fn clear(router: &Router, key: &str) -> Result<()> {
    throughout(router, || walk_and_clear(router, key)).await
}

async fn walk_and_clear(router: &Router, key: &str) -> Result<()> {
    let (prefix, mut cursor) = (format!("{key}:"), None);
    loop {
        let (names, next) = page(router, &prefix, cursor).await?;
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
    fn entries_and_their_leases_are_the_objects_own_and_those_of_others_are_not() {
        for own in ["a:i|1", "a:i|1$lease", "a:", "a:s|x%3Ay"] {
            assert!(is_own(own, "a:"), "{own}");
        }
        for other in ["a:b:i|1", "a:$x", "b:i|1", "a", "a:x$lease$lease", "a:x$other"] {
            assert!(!is_own(other, "a:"), "{other}");
        }
    }
}
