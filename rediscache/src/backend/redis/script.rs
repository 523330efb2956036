//! The scripts. Each works on `KEYS[1]` alone, so that all run on a cluster.

use std::sync::LazyLock;

use redis::Script;

pub(super) type Lua = LazyLock<Script>;

macro_rules! scripts {
    ($($name:ident: $file:literal;)*) => {$(
        pub(super) static $name: Lua = LazyLock::new(|| Script::new(include_str!(concat!("lua/", $file, ".lua"))));
    )*};
}

scripts! {
    COMPARE_AND_SWAP: "compare_and_swap";
    INCREMENT: "increment";
    REPLACE_ALL: "replace_all";
    TASKS: "tasks";
    WHOLE_KEY: "whole_key";
}
