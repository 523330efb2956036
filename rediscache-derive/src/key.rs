//! The keys of `#[rediscache(…)]`, and where each may stand.

use syn::Ident;

use crate::errors::Errors;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Struct,
    Field,
    /// Within `near(…)`.
    Near,
}

/// A key there is.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    places: &'static [Place],
    /// What its value is, for a message.
    pub(crate) takes: &'static str,
    /// How to write it, for a message.
    pub(crate) form: &'static str,
}

const fn key(name: &'static str, places: &'static [Place], takes: &'static str, form: &'static str) -> Key {
    Key { name, places, takes, form }
}

const STRUCT: &[Place] = &[Place::Struct];
const FIELD: &[Place] = &[Place::Field];
const BOTH: &[Place] = &[Place::Struct, Place::Field];

const NEAR: &[Place] = &[Place::Near];
const FIELD_AND_NEAR: &[Place] = &[Place::Field, Place::Near];

const KEYS: [Key; 35] = [
    key("namespace", BOTH, "a string", r#"namespace = "name""#),
    key("per", STRUCT, "a type in a string", r#"per = "TenantId""#),
    key("global", BOTH, "`true` or `false`", "global = false"),
    key("crate", STRUCT, "a path in a string", r#"crate = "path::to::rediscache""#),
    key("record", STRUCT, "no value", "record"),
    key("skip", FIELD, "no value", "skip"),
    key("accessor", FIELD, "a name in a string", r#"accessor = "name""#),
    key("secret", FIELD, "no value", "secret"),
    key("timeout", FIELD, "a duration in a string", r#"timeout = "50ms""#),
    key("client_identifier", FIELD, "a string", r#"client_identifier = "w1""#),
    key("recover_after", FIELD, "a duration in a string", r#"recover_after = "5s""#),
    key("max_attempts", FIELD, "a whole number from 1 to 4294967295", "max_attempts = 3"),
    key("backoff", FIELD, "two durations in a string", r#"backoff = "1s..5m""#),
    key("unreadable_for", FIELD, "a duration in a string", r#"unreadable_for = "1h""#),
    key("recover_unleased", FIELD, "a duration in a string", r#"recover_unleased = "1h""#),
    key("from", FIELD, "a list of types, oldest first", "from(UserV1, UserV2)"),
    key("version", FIELD, "a whole number from 1 to 4294967295", "version = 2"),
    key("unreadable", FIELD, "`\"absent\"` or `\"error\"`", r#"unreadable = "absent""#),
    key("near", FIELD, "a list of keys", r#"near(capacity = 10_000, ttl = "60s")"#),
    key("mode", NEAR, "`\"tracking\"` or `\"fields\"`", r#"mode = "fields""#),
    key("capacity", NEAR, "a whole number from 1 to 4294967295", "capacity = 10_000"),
    key("bytes", NEAR, "a number of bytes in a string", r#"bytes = "64MiB""#),
    key("ttl", FIELD_AND_NEAR, "a duration in a string", r#"ttl = "10m""#),
    key("staleness", NEAR, "a duration in a string", r#"staleness = "500ms""#),
    key("idle", FIELD, "a duration in a string", r#"idle = "30m""#),
    key("stale", FIELD, "a duration in a string", r#"stale = "1h""#),
    key("jitter", FIELD, "a whole number of percent from 1 to 99 in a string", r#"jitter = "10%""#),
    key("eager", FIELD, "a part between 0 and 1", "eager = 0.8"),
    key("lease", FIELD, "a duration in a string", r#"lease = "10s""#),
    key("load_timeout", FIELD, "a duration in a string", r#"load_timeout = "30s""#),
    key("retry_after", FIELD, "a duration in a string", r#"retry_after = "1s""#),
    key("max_hold", FIELD, "a duration in a string", r#"max_hold = "10m""#),
    key("rate", FIELD, "a number above zero, `/` and a duration in a string", r#"rate = "100/1m""#),
    key("burst", FIELD, "a whole number from 1 to 4294967295", "burst = 20"),
    key("when_down", FIELD, "`\"load\"` or `\"error\"`", r#"when_down = "error""#),
];

impl Place {
    fn noun(self) -> &'static str {
        match self {
            Self::Struct => "the struct",
            Self::Field => "a field",
            Self::Near => "`near(…)`",
        }
    }

    /// Lists the keys taken here, for a message.
    pub(crate) fn accepts(self) -> String {
        let names: Vec<_> = self.keys().map(|key| format!("`{}`", key.name)).collect();
        format!("{} takes {}", self.noun(), names.join(", "))
    }

    fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter().filter(move |key| key.places.contains(&self))
    }
}

impl Key {
    /// Finds the key of this name, or says which one was meant.
    pub(crate) fn find(ident: &Ident, place: Place, errors: &mut Errors) -> Option<&'static Self> {
        let name = ident.to_string();
        match KEYS.iter().find(|key| key.name == name) {
            Some(key) if key.places.contains(&place) => return Some(key),
            Some(key) => {
                let (here, there) = (place.noun(), key.places[0].noun());
                let form = key.form;
                let message = match key.places[0] {
                    Place::Near => format!("`{name}` is not a key of {here}; write `near({form})`"),
                    _ => format!("`{name}` is not a key of {here}; write `#[rediscache({form})]` above {there}"),
                };
                errors.push(ident.span(), message);
            }
            None => {
                let near = place.keys().find(|key| distance(key.name, &name) <= 2);
                let hint = near.map(|key| format!("did you mean `{}`? ", key.name)).unwrap_or_default();
                errors.push(ident.span(), format!("there is no key `{name}`; {hint}{}", place.accepts()));
            }
        }
        None
    }
}

/// How many letters to add, drop or change between the two words.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, from) in from.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, to) in to.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
