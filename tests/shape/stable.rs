//! A shape is the same at every call, in every thread, and in whichever order shapes are asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use rediscache::Shape;
use serde::{Deserialize, Deserializer};

macro_rules! types {
    ($($name:ident)*) => {$(
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its shape counts")]
        struct $name {
            id: uuid::Uuid,
            begin: time::OffsetDateTime,
            kind: Kind,
            more: Option<Box<$name>>,
            list: Vec<HashMap<String, Kind>>,
            any: serde_json::Value,
            last: url::Url,
        }
    )*};
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its shape counts")]
enum Kind {
    A,
    B(chrono::Weekday),
    C { d: Box<Kind>, e: Vec<Kind> },
}

types!(First Second Third);

fn shapes() -> [Shape; 4] {
    [Shape::of::<First>(), Shape::of::<Second>(), Shape::of::<Third>(), Shape::of::<Kind>()]
}

#[test]
fn every_thread_finds_the_same() {
    let barrier = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                barrier.wait();
                shapes()
            })
        })
        .collect();
    let found: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect();
    for other in &found {
        assert_eq!(*other, shapes());
        assert_eq!(other.each_ref().map(ToString::to_string), shapes().each_ref().map(ToString::to_string));
    }
    let [first, second, third, _] = &found[0];
    assert!(first == second && second == third);
}

#[test]
fn a_thread_with_little_stack_suffices() {
    let thread = thread::Builder::new().stack_size(512 << 10).spawn(shapes).expect("a thread starts");
    assert_eq!(thread.join().expect("the stack suffices"), shapes());
}

/// Counts how often it was read.
struct Counted;

static READ: AtomicUsize = AtomicUsize::new(0);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.fetch_add(1, Ordering::Relaxed);
        u8::deserialize(deserializer).map(|_| Self)
    }
}

#[test]
fn a_second_call_does_nothing_but_look_it_up() {
    let shape = Shape::of::<Counted>();
    let read = READ.load(Ordering::Relaxed);
    assert!(read > 0);
    assert_eq!(Shape::of::<Counted>(), shape);
    assert_eq!(READ.load(Ordering::Relaxed), read);
}
