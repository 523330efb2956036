//! What `per` makes of a struct: a family, of which there are as many as there are ids.

use proc_macro2::Span;
use syn::Type;

use crate::attr::{Keyed, StructAttr};
use crate::errors::Errors;

/// What stands for the id in a namespace.
const PLACE: &str = "{}";

/// A struct with `per`.
pub(crate) struct Family {
    /// The type of the ids, as far as it is known.
    pub(crate) id: Option<Type>,
    /// The part of the struct in the names of its objects.
    pub(crate) namespace: String,
}

impl Family {
    /// What the struct says of it, if anything.
    pub(crate) fn read(attr: &StructAttr, owner: &str, errors: &mut Errors) -> Option<Self> {
        let namespace = attr.namespace.as_ref();
        let Some(per) = &attr.per else {
            let namespace = namespace.filter(|namespace| has_brace(&namespace.value))?;
            let message = format!(
                "nothing says what is put into the braces of this namespace; write one `{PLACE}` in it, and beside it \
                 `per = \"Type\"` with the type of the ids that are to stand there, as in `namespace = \"tenant.{PLACE}\", per = \"TenantId\"`"
            );
            errors.push(namespace.key, message);
            // So that what the program does with the family is no further mistake.
            return has_one_place(&namespace.value).then(|| Self { id: None, namespace: namespace.value.clone() });
        };
        if !namespace.is_some_and(|namespace| has_one_place(&namespace.value)) {
            let message = format!(
                "`per` says what is put into the namespace of this struct, which takes one `{PLACE}` and no other brace for it; \
                 write `namespace = \"{}.{PLACE}\"` beside it",
                start_of(owner),
            );
            errors.push(namespace.map_or(per.key, |namespace| namespace.key), message);
        }
        Some(Self { id: per.value.clone(), namespace: owner.to_owned() })
    }
}

/// Reports the namespace of a field that does not fit its struct.
pub(crate) fn check_field(namespace: &Keyed<String>, family: Option<&Family>, errors: &mut Errors) {
    let name = &namespace.value;
    match family {
        None if has_brace(name) => {
            let message = format!(
                "nothing is put into the braces of this namespace; to have one object for each of many, write \
                 `namespace = \"tenant.{PLACE}\", per = \"TenantId\"` above the struct; one whose name is known at run time alone is \
                 made by `with_namespace(format!(…))`, without a field"
            );
            errors.push(namespace.key, message);
        }
        Some(family) if !has_one_place(name) => {
            let message = format!(
                "the struct has an object for each id, whose namespace takes one `{PLACE}` and no other brace for it; write \
                 `namespace = \"{}.{PLACE}.name\"`, or declare what there is one of in a struct without `per`",
                start_of(&family.namespace),
            );
            errors.push(namespace.key, message);
        }
        _ => {}
    }
}

/// Reports an accessor that would hide what the objects of one have.
pub(crate) fn check_accessor(name: &str, span: Span, errors: &mut Errors) {
    let does = match name {
        "on" => "binds the objects of one id to a session",
        "clear_all" => "removes what the objects of one id hold",
        _ => return,
    };
    errors.push(span, format!("`{name}` {does}, where the struct has `per`; write another `accessor = \"name\"`"));
}

/// What stands before the braces, for a message.
fn start_of(namespace: &str) -> &str {
    let start = namespace.split(['{', '}']).next().unwrap_or_default().trim_end_matches('.');
    if start.is_empty() { "name" } else { start }
}

fn has_brace(namespace: &str) -> bool {
    namespace.contains(['{', '}'])
}

fn has_one_place(namespace: &str) -> bool {
    namespace.split_once(PLACE).is_some_and(|(before, after)| !has_brace(before) && !has_brace(after))
}
