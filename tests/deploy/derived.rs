//! Types with all that their rows need.

macro_rules! derived {
    ($($(#[$attribute:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
        $(#[$attribute])*
        $kind $name $body
    )*};
}

pub(crate) use derived;
