//! Nothing but the examples of the guide, so that they are compiled and run: a module for each chapter.

macro_rules! chapters {
    ($($name:ident: $file:literal,)*) => {
        $(#[cfg(doctest)]
        #[doc = include_str!(concat!("src/", $file))]
        pub mod $name {})*
    };
}

chapters! {
    five_minutes: "five-minutes.md",
    which_type: "which-type.md",
    caches: "caches.md",
    queues: "queues.md",
    tenants: "tenants.md",
    together: "together.md",
    testing: "testing.md",
    types: "types.md",
    outages: "outages.md",
    deployments: "deployments.md",
    watching: "watching.md",
    command_line: "command-line.md",
    stored: "stored.md",
    from_async_rediscache: "from-async-rediscache.md",
    from_redis: "from-redis.md",
    from_cached: "from-cached.md",
}
