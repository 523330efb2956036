//! Walks over the keys of all servers, in pages, to find those whose names begin in one way.

use crate::error::{ErrorKind, Result};
use crate::store::redis::{Effect, Request, Router, ServingNode};

/// About how many keys a server looks at for one page.
const PAGE: usize = 1000;

/// How often a walk begins anew at the most, when connections are lost and made.
const WALKS: usize = 5;

/// How far a walk is.
#[derive(Clone, Debug)]
pub(crate) enum Cursor {
    /// In the embedded store: the last name that was looked at.
    Behind(String),
    /// In Redis: what the server said, and the servers that are left, of which the last is the one.
    At { cursor: Vec<u8>, nodes: Vec<ServingNode> },
    /// The same as it was handed out, with how many servers were left.
    Handed { cursor: Vec<u8>, left: usize },
}

impl Cursor {
    /// As bytes that mean nothing outside.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Behind(name) => [b"b", name.as_bytes()].concat(),
            Self::At { cursor, nodes } => [format!("a{}:", nodes.len()).as_bytes(), cursor].concat(),
            Self::Handed { cursor, left } => [format!("a{left}:").as_bytes(), cursor].concat(),
        }
    }

    /// What was handed out, if it is that.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (b'b', name) => String::from_utf8(name.to_vec()).ok().map(Self::Behind),
            (b'a', rest) => {
                let colon = rest.iter().position(|byte| *byte == b':')?;
                let left = str::from_utf8(&rest[..colon]).ok()?.parse().ok()?;
                Some(Self::Handed { cursor: rest[colon + 1..].to_vec(), left })
            }
            _ => None,
        }
    }
}

/// The names on one page that begin so, some of them perhaps twice, and where the next one begins.
pub(in crate::store) async fn page(
    router: &Router,
    prefix: &str,
    cursor: Option<Cursor>,
) -> Result<(Vec<String>, Option<Cursor>)> {
    let (cursor, mut nodes) = match cursor {
        Some(Cursor::At { cursor, nodes }) => (cursor, nodes),
        // The first ones are left, as it goes from the last to the first.
        Some(Cursor::Handed { cursor, left }) => (cursor, router.nodes()?.into_iter().take(left).collect()),
        _ => (b"0".to_vec(), router.nodes()?),
    };
    let Some(node) = nodes.last() else { return Ok((Vec::new(), None)) };
    let request = Request::without_key("SCAN", Effect::Read).arg(cursor).arg("MATCH").arg(pattern(prefix));
    let (cursor, names): (Vec<u8>, Vec<Vec<u8>>) = router.read_at(node, &request.arg("COUNT").arg(PAGE)).await?;
    if cursor == b"0" {
        nodes.pop();
    }
    // What is no text is no name of ours.
    let names = names.into_iter().filter_map(|name| String::from_utf8(name).ok()).collect();
    Ok((names, (!nodes.is_empty()).then_some(Cursor::At { cursor, nodes })))
}

/// As [`page`], of the entries of one object, whose name and `:` is `prefix`; each name once.
pub(in crate::store) async fn own_page(
    router: &Router,
    prefix: &str,
    cursor: Option<Cursor>,
) -> Result<(Vec<String>, Option<Cursor>)> {
    let (mut names, next) = page(router, prefix, cursor).await?;
    names.retain(|name| rest_of(name, prefix).is_some());
    names.sort_unstable();
    names.dedup();
    Ok((names, next))
}

/// What was found at a key on such a page; nothing where another type stands there, which is none of the object.
pub(in crate::store) fn found_at<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    found.or_else(|error| if error.kind() == ErrorKind::WrongType { Ok(None) } else { Err(error) })
}

/// Walks, and begins anew where a connection was lost or made meanwhile: another server may have taken over, whose cursors are
/// others.
pub(in crate::store) async fn throughout<W>(router: &Router, walk: impl Fn() -> W + Sync) -> Result<()>
where
    W: Future<Output = Result<()>> + Send,
{
    for _ in 0..WALKS {
        let made = router.connections_made();
        walk().await?;
        if router.connections_made() == made {
            break;
        }
    }
    Ok(())
}

/// What names are like that begin so.
fn pattern(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for character in prefix.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('*');
    pattern
}

/// What stands behind the name of the object and `:` in the name of an entry, if it is one of this object: such a rest has no
/// `:` or `$` of its own.
pub(in crate::store) fn rest_of<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix).filter(|rest| !rest.contains([':', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_handed_out_and_taken_back() {
        let bytes = |cursor: Option<Cursor>| cursor.map(|cursor| cursor.to_bytes());
        for handed in [&b"b"[..], b"ba:b", b"a1:17", b"a0:"] {
            assert_eq!(bytes(Cursor::of_bytes(handed)).as_deref(), Some(handed));
        }
        for other in [&b""[..], b"17", b"a", b"a:17", b"ax:17", b"b\xff"] {
            assert!(Cursor::of_bytes(other).is_none());
        }
    }

    #[test]
    fn what_means_something_in_a_pattern_stands_for_itself() {
        assert_eq!(pattern("a*b?[c]^\\d:"), "a\\*b\\?\\[c\\]\\^\\\\d:*");
    }
}
