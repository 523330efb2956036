//! The names of keys: which object each belongs to, and what lies beside an object.

/// What a key is to the object that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The object itself.
    Own,
    /// An entry that has a key of its own, by what stands behind the `:`.
    Entry(Vec<u8>),
    /// The lease of whoever loads such an entry.
    Lease,
    /// It lies beside the object, and its name ends with this.
    Beside(Beside, String),
    /// The records of what namespaces hold below this prefix.
    Objects,
    /// The shapes that values below this prefix were written by.
    Shapes,
}

/// What lies beside a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Beside {
    Pending,
    Leases,
    Clients,
    Attempts,
    Delayed,
    Dead,
    Unleased,
    Returned,
}

pub(crate) const OBJECTS: &str = "$objects";
pub(crate) const SHAPES: &str = "$shapes";

/// The name of the object that a key belongs to, and what it is to that.
pub(crate) fn split(key: &[u8]) -> (Vec<u8>, Role) {
    for (suffix, role) in [(OBJECTS, Role::Objects), (SHAPES, Role::Shapes)] {
        match key.strip_suffix(suffix.as_bytes()) {
            Some(b"") => return (Vec::new(), role),
            Some([prefix @ .., b'.']) if !prefix.is_empty() => return (prefix.to_vec(), role),
            _ => {}
        }
    }
    for at in (1..key.len()).filter(|at| key[*at] == b'$') {
        let (before, suffix) = key.split_at(at);
        let Ok(suffix) = str::from_utf8(suffix) else { continue };
        if let Some(beside) = beside_of(suffix) {
            return (without_tag(before).to_vec(), Role::Beside(beside, suffix.to_owned()));
        }
        if suffix == "$lease"
            && let Some(colon) = colon_of(without_tag(before))
        {
            return (without_tag(before)[..colon].to_vec(), Role::Lease);
        }
    }
    match colon_of(key) {
        Some(colon) => (key[..colon].to_vec(), Role::Entry(key[colon + 1..].to_vec())),
        None => (key.to_vec(), Role::Own),
    }
}

/// Where the key of an entry begins.
fn colon_of(key: &[u8]) -> Option<usize> {
    let colon = key.iter().rposition(|byte| *byte == b':').filter(|colon| *colon > 0)?;
    (!key[colon..].contains(&b'$')).then_some(colon)
}

fn beside_of(suffix: &str) -> Option<Beside> {
    let is_hexadecimal = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(match suffix {
        "$pending" => Beside::Pending,
        "$clients" => Beside::Clients,
        "$attempts" => Beside::Attempts,
        "$delayed" => Beside::Delayed,
        "$dead" => Beside::Dead,
        _ if suffix.starts_with("$unleased$") => Beside::Unleased,
        _ if suffix.ends_with("_pending") => Beside::Pending,
        _ if suffix.strip_prefix("$leases:").is_some_and(is_hexadecimal) => Beside::Leases,
        _ if suffix.strip_prefix("$returned:").is_some_and(is_hexadecimal) => Beside::Returned,
        _ => return None,
    })
}

/// On a cluster, what lies beside an object has the name of that as its hash tag.
fn without_tag(before: &[u8]) -> &[u8] {
    match before {
        [b'{', name @ .., b'}'] if !name.is_empty() && !name.contains(&b'}') => name,
        _ => before,
    }
}

/// The key that lies beside another.
pub(crate) fn beside(key: &[u8], suffix: &str, is_cluster: bool) -> Vec<u8> {
    if is_cluster && !has_tag(key) {
        [b"{", key, b"}", suffix.as_bytes()].concat()
    } else {
        [key, suffix.as_bytes()].concat()
    }
}

fn has_tag(key: &[u8]) -> bool {
    let open = key.iter().position(|byte| *byte == b'{');
    open.and_then(|open| key[open + 1..].iter().position(|byte| *byte == b'}')).is_some_and(|length| length > 0)
}

/// The name by which a family is on record whose object this is: that of all, with nothing between the braces.
pub(crate) fn of_family(key: &[u8]) -> Option<Vec<u8>> {
    let open = key.iter().position(|byte| *byte == b'{')?;
    let close = open + key[open..].iter().position(|byte| *byte == b'}')?;
    (close > open + 1).then(|| [&key[..=open], &key[close..]].concat())
}

/// The prefixes below which an object of this name may be: nothing, and each part that ends before a `.`.
pub(crate) fn prefixes(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    let dots = (1..key.len()).filter(|at| key[*at] == b'.').map(|at| &key[..at]);
    std::iter::once(&key[..0]).chain(dots)
}

/// The name of what stands below a prefix.
pub(crate) fn below(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    if prefix.is_empty() { name.to_vec() } else { [prefix, b".", name].concat() }
}

/// The name below a prefix, of what stands there.
pub(crate) fn local<'a>(prefix: &[u8], key: &'a [u8]) -> Option<&'a [u8]> {
    if prefix.is_empty() { Some(key) } else { key.strip_prefix(prefix)?.strip_prefix(b".") }
}

/// What means something in a pattern stands for itself.
pub(crate) fn pattern(text: &[u8]) -> Vec<u8> {
    let mut pattern = Vec::with_capacity(text.len());
    for byte in text {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'^') {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_by_the_object_they_belong_to() {
        let beside_it = |kind, suffix: &str| Role::Beside(kind, suffix.to_owned());
        for (key, object, role) in [
            ("bot.jobs", "bot.jobs", Role::Own),
            ("q$pending", "q", beside_it(Beside::Pending, "$pending")),
            ("q$a$b_pending", "q", beside_it(Beside::Pending, "$a$b_pending")),
            ("{bot.jobs}$dead", "bot.jobs", beside_it(Beside::Dead, "$dead")),
            ("{tag}.jobs$clients", "{tag}.jobs", beside_it(Beside::Clients, "$clients")),
            ("q$leases:0123456789abcdef", "q", beside_it(Beside::Leases, "$leases:0123456789abcdef")),
            ("q$unleased$c_pending", "q", beside_it(Beside::Unleased, "$unleased$c_pending")),
            ("pages:i|1", "pages", Role::Entry(b"i|1".to_vec())),
            ("a:b:s|x", "a:b", Role::Entry(b"s|x".to_vec())),
            ("pages:i|1$lease", "pages", Role::Lease),
            ("{pages:i|1}$lease", "pages", Role::Lease),
            ("$objects", "", Role::Objects),
            ("bot.$shapes", "bot", Role::Shapes),
            ("a$b", "a$b", Role::Own),
            ("$", "$", Role::Own),
            (":x", ":x", Role::Own),
        ] {
            assert_eq!(split(key.as_bytes()), (object.as_bytes().to_vec(), role), "{key}");
        }
    }

    #[test]
    fn an_object_may_be_below_each_part_of_its_name() {
        assert_eq!(prefixes(b"bot.a.b").collect::<Vec<_>>(), [&b""[..], b"bot", b"bot.a"]);
        assert_eq!((below(b"bot", b"a"), below(b"", b"a")), (b"bot.a".to_vec(), b"a".to_vec()));
        assert_eq!((local(b"bot", b"bot.a"), local(b"bot", b"bots.a")), (Some(&b"a"[..]), None));
        assert_eq!(
            (beside(b"q", "$dead", true), beside(b"{t}q", "$dead", true)),
            (b"{q}$dead".to_vec(), b"{t}q$dead".to_vec())
        );
    }
}
