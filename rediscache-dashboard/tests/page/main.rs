//! The page in a real Chromium: each of its pages and actions, below a path, with hostile text in all places.

mod browser;
mod edit;
mod family;
mod keys;
mod kinds;
mod look;
mod pictures;
mod queue;
#[path = "../shared/mod.rs"]
mod shared;
mod site;
mod wire;

// What the pictures show.
#[path = "../../examples/demo/busy.rs"]
mod busy;
#[path = "../../examples/demo/shop.rs"]
mod shop;
