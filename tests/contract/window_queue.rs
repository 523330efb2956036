//! What a page inside the program sees of queues, and does with them.

use std::time::{Duration, SystemTime};

use rediscache::inspect::{Action, Entry, Fact, Part, Shown, Window};
use rediscache::{ErrorKind, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::window::{all, json, window};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(RedisNamespaced)]
struct Outgoing {
    mails: RedisQueue<u64>,
    #[rediscache(max_attempts = 1, client_identifier = "w1")]
    jobs: RedisTaskQueue<u64>,
    #[rediscache(secret)]
    letters: RedisQueue<String>,
    #[rediscache(secret, max_attempts = 1)]
    errands: RedisTaskQueue<String>,
}

/// Puts in what no number is.
async fn put_text(session: &RedisSession, name: &'static str, text: &str) {
    RedisQueue::<String>::new(name).on(session).put(text).await.unwrap();
}

fn count(counts: &[(Part, u64)], part: Part) -> Option<u64> {
    counts.iter().find(|count| count.0 == part).map(|count| count.1)
}

fn values(entries: &[Entry]) -> Vec<Option<Shown>> {
    entries.iter().map(|entry| entry.value.clone()).collect()
}

fn is_about(found: Option<SystemTime>, expected: SystemTime) -> bool {
    let off = |one: SystemTime, other: SystemTime| one.duration_since(other).unwrap_or_default();
    found.is_some_and(|found| off(found, expected) + off(expected, found) < Duration::from_secs(60))
}

async fn dead(window: &dyn Window) -> Vec<Entry> {
    all(window, Part::Dead).await.unwrap()
}

contract! {
    async fn a_queue_shows_what_waits_in_the_order_in_which_it_comes_out(session: RedisSession) -> rediscache::Result<()> {
        let (window, mails) = (window::<Outgoing>(&session, "mails"), Outgoing::on(&session).mails());
        assert_eq!(window.parts(), [Part::Entries, Part::Dead]);
        mails.put_many(0..1000).await?;
        window.set("", "1000").await?;
        assert_eq!(window.set("", "\"x\"").await.unwrap_err().kind(), ErrorKind::Encode);
        let entries = all(&*window, Part::Entries).await?;
        let expected: Vec<_> = (0..=1000).map(|number| json(&number.to_string())).collect();
        assert_eq!(values(&entries), expected);
        assert_eq!(count(&window.summary().await?.counts, Part::Entries), Some(1001));
        assert!(window.act(Action::Delete, Part::Entries, &entries[1].id).await?);
        assert_eq!((mails.get().await?, mails.get().await?), (0, 2));
        assert_eq!(window.act_on_all(Action::Delete, Part::Entries).await?, Some(998));
        assert!(mails.is_empty().await?);
        Ok(())
    }

    async fn a_page_of_what_waits_is_bounded(session: RedisSession) -> rediscache::Result<()> {
        Outgoing::on(&session).mails().put_many(0..10_000).await?;
        let page = window::<Outgoing>(&session, "mails").page(Part::Entries, None).await?;
        assert!(page.entries.len() <= 500 && page.next.is_some());
        Ok(())
    }

    async fn a_dead_letter_says_why_it_cannot_be_read(session: RedisSession) -> rediscache::Result<()> {
        let (window, mails) = (window::<Outgoing>(&session, "mails"), Outgoing::on(&session).mails());
        put_text(&session, "Outgoing.mails", "hidden").await;
        mails.put(1).await?;
        let read = mails.get().await;
        assert!(read.is_err_and(|error| error.kind() == ErrorKind::Decode));
        let letters = dead(&*window).await;
        let Some(Shown::Unreadable(why)) = &letters[0].value else { panic!("{letters:?}") };
        assert!(why.contains("cannot be read as `u64`") && !why.contains("hidden"), "{why}");
        assert_eq!(count(&window.summary().await?.counts, Part::Dead), Some(1));
        Ok(())
    }

    async fn dead_letters_are_put_in_again_and_deleted_one_by_one_and_all(session: RedisSession) -> rediscache::Result<()> {
        for (field, list) in [("mails", "Outgoing.mails$dead"), ("jobs", "Outgoing.jobs$dead")] {
            let window = window::<Outgoing>(&session, field);
            assert_eq!(window.actions(Part::Dead), [Action::Requeue, Action::Delete]);
            RedisQueue::<u64>::new(list).on(&session).put_many(1..=6).await?;
            let letters = dead(&*window).await;
            assert_eq!(values(&letters)[0], json("1"), "the oldest is first");
            assert!(window.act(Action::Requeue, Part::Dead, &letters[0].id).await?);
            assert!(window.act(Action::Delete, Part::Dead, &letters[1].id).await?);
            assert!(!window.act(Action::Delete, Part::Dead, &letters[1].id).await?);
            assert_eq!(values(&dead(&*window).await), [json("3"), json("4"), json("5"), json("6")]);
            assert_eq!(values(&all(&*window, Part::Entries).await?), [json("1")]);
            assert_eq!(window.act_on_all(Action::Requeue, Part::Dead).await?, Some(4));
            assert_eq!(all(&*window, Part::Entries).await?.len(), 5);
            RedisQueue::<u64>::new(list).on(&session).put_many([7, 8]).await?;
            assert_eq!(window.act_on_all(Action::Delete, Part::Dead).await?, Some(2));
            window.act_on_all(Action::Delete, Part::Entries).await?;
            assert!(all(&*window, Part::Entries).await?.is_empty());
            let error = window.act(Action::Edit, Part::Dead, b"i|1").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
        }
        Ok(())
    }

    async fn a_task_that_is_put_for_later_tells_when_it_is_due(session: RedisSession) -> rediscache::Result<()> {
        let (window, jobs) = (window::<Outgoing>(&session, "jobs"), Outgoing::on(&session).jobs());
        for hours in [2, 1] {
            jobs.put_after(u64::from(hours), HOUR * hours).await?;
        }
        let delayed = all(&*window, Part::Delayed).await?;
        assert_eq!(values(&delayed), [json("1"), json("2")]);
        for (entry, hours) in delayed.iter().zip(1..) {
            let [Fact::Due(due)] = entry.facts[..] else { panic!("{entry:?}") };
            assert!(is_about(Some(due), SystemTime::now() + HOUR * hours));
        }
        assert_eq!(count(&window.summary().await?.counts, Part::Delayed), Some(2));
        Ok(())
    }

    async fn a_task_that_failed_tells_how_often(session: RedisSession) -> rediscache::Result<()> {
        #[derive(RedisNamespaced)]
        struct Patient {
            jobs: RedisTaskQueue<u64>,
        }

        let (window, jobs) = (window::<Patient>(&session, "jobs"), Patient::on(&session).jobs());
        jobs.put(1).await?;
        jobs.get().await?.retry_after(HOUR).await.unwrap();
        let delayed = all(&*window, Part::Delayed).await?;
        let [Fact::Due(_), Fact::Attempt(1)] = delayed[0].facts[..] else { panic!("{delayed:?}") };
        Ok(())
    }

    async fn a_task_that_is_pending_tells_who_has_it(session: RedisSession) -> crate::task_worker::Outcome {
        let (window, jobs) = (window::<Outgoing>(&session, "jobs"), Outgoing::on(&session).jobs());
        assert!(all(&*window, Part::Pending).await?.is_empty() && all(&*window, Part::Workers).await?.is_empty());
        jobs.put_many(0..300).await?;
        let tasks = crate::task_worker::take(&jobs, 300).await;
        let pending = all(&*window, Part::Pending).await?;
        assert_eq!(pending.len(), 300);
        for entry in &pending {
            let [Fact::Worker(worker), Fact::Attempt(1), Fact::Since(since)] = &entry.facts[..] else { panic!("{entry:?}") };
            assert!(worker.starts_with("w1 ") && is_about(Some(*since), SystemTime::now()), "{entry:?}");
        }
        let workers = all(&*window, Part::Workers).await?;
        let [Fact::Worker(_), Fact::Alive(true), Fact::Tasks(300), Fact::Heard(_)] = &workers[0].facts[..] else {
            panic!("{workers:?}")
        };
        let counts = window.summary().await?.counts;
        assert_eq!((count(&counts, Part::Pending), count(&counts, Part::Workers)), (Some(300), Some(1)));
        assert!(window.act(Action::Delete, Part::Pending, &pending[0].id).await.is_err());
        for task in tasks {
            task.finalize().await?;
        }
        assert!(all(&*window, Part::Pending).await?.is_empty() && all(&*window, Part::Workers).await?.is_empty());
        Ok(())
    }

    async fn each_task_tells_since_when_it_is_pending(session: RedisSession) -> crate::task_worker::Outcome {
        let (window, jobs) = (window::<Outgoing>(&session, "jobs"), Outgoing::on(&session).jobs());
        let apart = Duration::from_millis(50);
        jobs.put_many([1, 2]).await?;
        let first = jobs.get().await?;
        tokio::time::sleep(apart).await;
        let second = jobs.get().await?;
        let pending = all(&*window, Part::Pending).await?;
        let [Fact::Since(before), Fact::Since(after)] = [0, 1].map(|at: usize| pending[at].facts[2].clone()) else {
            panic!("{pending:?}")
        };
        // Both are told in whole milliseconds.
        assert!(before + apart <= after + Duration::from_millis(2), "{pending:?}");
        first.finalize().await?;
        second.finalize().await?;
        Ok(())
    }

    async fn a_task_that_failed_too_often_is_shown_as_it_is(session: RedisSession) -> crate::task_worker::Outcome {
        let (window, jobs) = (window::<Outgoing>(&session, "jobs"), Outgoing::on(&session).jobs());
        jobs.put(7).await?;
        jobs.get().await?.reschedule().await?;
        assert_eq!(values(&dead(&*window).await), [json("7")]);
        Ok(())
    }

    async fn a_window_puts_tasks_that_workers_are_told_of(session: RedisSession) -> crate::task_worker::Outcome {
        let (window, jobs) = (window::<Outgoing>(&session, "jobs"), Outgoing::on(&session).jobs());
        let (task, put) = tokio::join!(jobs.get_timeout(Duration::from_secs(30)), window.set("", "7"));
        put?;
        let task = task?.unwrap();
        assert_eq!(*task, 7);
        task.finalize().await?;
        Ok(())
    }

    async fn no_queue_shows_what_is_secret(session: RedisSession) -> crate::task_worker::Outcome {
        let outgoing = Outgoing::on(&session);
        outgoing.letters().put("hidden").await?;
        outgoing.errands().put_many(["hidden", "hidden", "hidden"]).await?;
        outgoing.errands().put_after("hidden", HOUR).await?;
        outgoing.errands().get().await?.reschedule().await?;
        let held = outgoing.errands().get().await?;
        for field in ["letters", "errands"] {
            let window = window::<Outgoing>(&session, field);
            for part in window.parts().iter().filter(|part| **part != Part::Workers) {
                let entries = all(&*window, *part).await?;
                assert!(!entries.is_empty() || field == "letters", "{part:?}");
                assert!(entries.iter().all(|entry| !String::from_utf8_lossy(&entry.id).contains("hidden")));
                assert!(entries.iter().all(|entry| entry.value == Some(Shown::Secret)), "{part:?}");
                assert!(!format!("{entries:?}").contains("hidden"));
            }
            assert_eq!(window.set("", "\"4242\"").await.unwrap_err().kind(), ErrorKind::Unsupported);
        }
        let [window, letters] = ["errands", "letters"].map(|field| window::<Outgoing>(&session, field));
        let letter = &dead(&*window).await[0];
        assert!(window.act(Action::Delete, Part::Dead, &letter.id).await?);
        assert!(!window.act(Action::Requeue, Part::Dead, &letter.id).await?);
        let item = &all(&*letters, Part::Entries).await?[0];
        assert!(letters.act(Action::Delete, Part::Entries, &item.id).await?);
        assert!(outgoing.letters().is_empty().await?);
        held.finalize().await?;
        Ok(())
    }
}
