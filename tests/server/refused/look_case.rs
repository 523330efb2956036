//! Looks that pages have into objects, which change nothing.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use std::mem;

use rediscache::inspect::{Inspector, Part, Window};
use rediscache::{RedisLock, RedisNamespaced, RedisSession, RedisTaskQueue};

use super::case::{Case, MINUTE, case};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "seen")]
struct Seen {
    jobs: RedisTaskQueue<u64>,
    rooms: RedisLock<u64>,
}

/// The windows of a struct, in the order of its fields.
#[derive(Default)]
struct Windows(Vec<Box<dyn Window>>);

impl Inspector for Windows {
    fn window(&mut self, window: Box<dyn Window>) {
        self.0.push(window);
    }
}

fn window(session: &RedisSession, at: usize) -> Box<dyn Window> {
    let mut windows = Windows::default();
    Seen::inspect(session, &mut windows);
    windows.0.swap_remove(at)
}

/// The window into a queue with a task that is held, and one that is put for later.
async fn jobs(session: &RedisSession) -> Box<dyn Window> {
    let jobs = Seen::jobs().on(session);
    jobs.put(1).await.unwrap();
    mem::forget(jobs.try_get().await.unwrap().unwrap());
    jobs.put_after(2, MINUTE).await.unwrap();
    window(session, 0)
}

pub(super) fn all() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: $part:expr;)*) => {
            vec![$(case(stringify!($name), |session, _| async move {
                let jobs = jobs(&session).await;
                async move { jobs.page($part, None).await.map(|page| assert_eq!(page.entries.len(), 1)) }
            })),*]
        };
    }
    let mut cases = cases! {
        look_delayed: Part::Delayed;
        look_pending: Part::Pending;
        look_workers: Part::Workers;
    };
    cases.push(case("look_lock", |session, _| async move {
        mem::forget(Seen::rooms().on(&session).acquire(1).await.unwrap());
        let rooms = window(&session, 1);
        async move { rooms.find("1").await.map(|found| assert!(found.is_some())) }
    }));
    cases
}
