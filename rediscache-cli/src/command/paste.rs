//! Structs to be pasted, whose fields are the objects that were found.

use std::collections::{BTreeMap, BTreeSet};

use rediscache::inspect::{RustCode, StoredShape, camel_case, identifier};

use super::diagnosis::owner;

/// A field of a struct, for one object.
pub(super) struct PastedField {
    /// The name of the object, below the prefix of its records.
    pub(super) name: Vec<u8>,
    /// As it stands on record; what it is likely to be where nothing is.
    pub(super) kind: &'static str,
    pub(super) key: Option<PastedType>,
    pub(super) value: PastedType,
    pub(super) is_json: bool,
    /// What else is to be said.
    pub(super) note: Option<String>,
}

pub(super) enum PastedType {
    /// Of a name that Rust knows.
    Plain(&'static str),
    Shape(StoredShape),
}

/// The code of all, a struct for each owner.
pub(super) fn code(fields: &[PastedField]) -> String {
    let mut owners: BTreeMap<&[u8], Vec<&PastedField>> = BTreeMap::new();
    for field in fields {
        owners.entry(owner(&field.name).map_or(&[], |(owner, _)| owner)).or_default().push(field);
    }
    let (mut code, mut definitions, mut taken) = (String::new(), Vec::new(), BTreeSet::new());
    for (owner, fields) in owners {
        let path = String::from_utf8_lossy(owner);
        let short = path.rsplit('.').next().unwrap_or_default();
        let name = distinct(if owner.is_empty() { "Objects".to_owned() } else { camel_case(short) }, &mut taken);
        code.push_str("#[derive(rediscache::RedisNamespaced)]\n");
        if !owner.is_empty() && name != path {
            code.push_str(&format!("#[rediscache(namespace = {path:?})]\n"));
        }
        code.push_str(&format!("pub struct {name} {{\n"));
        let mut names = BTreeSet::new();
        for field in fields {
            put(field, owner.is_empty(), &mut names, &mut code, &mut definitions);
        }
        code.push_str("}\n\n");
    }
    definitions.dedup();
    code + &definitions.join("\n")
}

fn put(
    field: &PastedField,
    is_alone: bool,
    names: &mut BTreeSet<String>,
    code: &mut String,
    definitions: &mut Vec<String>,
) {
    let whole = String::from_utf8_lossy(&field.name);
    let last = whole.rsplit('.').next().unwrap_or_default();
    let name = distinct(identifier(last), names);
    if whole.contains(['{', '}']) || str::from_utf8(&field.name).is_err() {
        // A brace is a mistake in a constant name.
        code.push_str(&format!("    // {whole:?} takes `with_namespace`\n"));
        return;
    }
    if let Some(note) = &field.note {
        code.push_str(&format!("    // {note}\n"));
    }
    if is_alone || name.trim_start_matches("r#") != last {
        code.push_str(&format!("    #[rediscache(namespace = {whole:?})]\n"));
    }
    let mut of = |kind: &PastedType, hint: &str| match kind {
        PastedType::Plain(name) => (*name).to_owned(),
        PastedType::Shape(shape) => {
            let RustCode { name, definitions: new } = shape.code(hint);
            definitions.extend(new);
            name
        }
    };
    let value = of(&field.value, &whole);
    let key = field.key.as_ref().map(|key| of(key, &format!("{whole}Key")));
    let codec = if field.is_json { ", rediscache::Json" } else { "" };
    let key = key.unwrap_or_else(|| "String".to_owned());
    let (options, kind) = match field.kind {
        "queue" => ("", format!("RedisQueue<{value}{codec}>")),
        "task_queue" => ("", format!("RedisTaskQueue<{value}{codec}>")),
        "set" => ("", format!("RedisSet<{value}{codec}>")),
        "ranking" if field.is_json => ("", format!("RedisRanking<{key}, {value}{codec}>")),
        "ranking" => ("", format!("RedisRanking<{key}, {value}>")),
        "ttl_cache" => (
            "    #[rediscache(ttl = \"1h\")] // as the program has it\n",
            format!("RedisTtlCache<{key}, {value}{codec}>"),
        ),
        "limit" => {
            ("    #[rediscache(rate = \"100/1m\")] // as the program has it\n", format!("RedisLimit<{key}{codec}>"))
        }
        "value" => ("", format!("RedisValue<{value}{codec}>")),
        "lock" => ("", format!("RedisLock<{key}{codec}>")),
        _ => ("", format!("RedisCache<{key}, {value}{codec}>")),
    };
    code.push_str(options);
    code.push_str(&format!("    pub {name}: rediscache::{kind},\n"));
}

fn distinct(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut distinct = name;
    while !taken.insert(distinct.clone()) {
        distinct.push('_');
    }
    distinct
}
