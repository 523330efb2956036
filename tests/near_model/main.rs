//! The code that decides what near caches keep and serve, in all orders in which the steps of readers, writers and
//! connections can come.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[expect(dead_code, reason = "the model keeps time itself, and counts nothing")]
#[path = "../../rediscache/src/near/coherence.rs"]
mod coherence;
mod sync;
mod world;

use std::sync::Arc;

use coherence::{Change, Provenance};
use loom::thread;
use world::{FIELD, OLD, World};

const ALL: Change<'static> = Change::All;
const FIELDS: Change<'static> = Change::Entries(&[FIELD]);

/// How often one thread may be stopped for another where it need not be, in one order of steps.
const PREEMPTIONS: usize = 3;

fn in_all_orders(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

#[test]
fn an_answer_that_a_change_overtook_is_not_kept() {
    for change in [ALL, FIELDS] {
        in_all_orders(move || {
            let (world, line) = World::new(change);
            let listening = world.listen(line.told, line.answer);
            let reading = Arc::clone(&world);
            let reading = thread::spawn(move || reading.fill(1, &line.answers));
            world.write(OLD + 1);
            reading.join().unwrap();
            world.end();
            listening.join().unwrap();
            assert_ne!(world.kept(), Some(OLD), "it would never be dropped");
        });
    }
}

/// Although the server's word of it is still on its way, or never comes.
#[test]
fn a_process_reads_its_own_write_at_once() {
    for change in [Change::Entry(FIELD), ALL] {
        in_all_orders(move || {
            let (world, line) = World::new(change);
            world.be_deaf();
            let listening = world.listen(line.told, line.answer);
            let reading = Arc::clone(&world);
            let reading = thread::spawn(move || reading.fill(1, &line.answers));
            world.coherence.forget(change);
            world.write(OLD + 1);
            world.coherence.forget(change);
            assert_ne!(world.kept(), Some(OLD), "the write has returned");
            reading.join().unwrap();
            assert_ne!(world.kept(), Some(OLD), "it would never be dropped");
            world.end();
            listening.join().unwrap();
        });
    }
}

/// Someone looks while a sign of life, asked for after the write, comes in.
#[test]
fn a_sign_of_life_vouches_for_nothing_older() {
    for change in [ALL, FIELDS] {
        in_all_orders(move || {
            let (world, line) = World::new(change);
            world.put(OLD);
            let listening = world.listen(line.told, line.answer);
            let looking = Arc::clone(&world);
            let looking = thread::spawn(move || looking.look(25, 6));
            world.write(OLD + 1);
            world.ask_for_a_sign(20);
            assert_ne!(looking.join().unwrap(), Some(OLD), "it was written before what was heard last");
            world.end();
            listening.join().unwrap();
            assert_eq!(world.look(25, 6), None);
        });
    }
}

/// What happens while nobody tells of it is seen by the next connection's first answer at the latest.
#[test]
fn nothing_outlives_the_connection_that_would_have_told_of_its_change() {
    a_change_that_nobody_tells_of_is_seen_by_another_connection(|world| world.coherence.lose(1));
}

/// As on a cluster, where a slot has moved on: the old connection stands.
#[test]
fn an_answer_of_one_connection_is_not_kept_on_the_word_of_another() {
    a_change_that_nobody_tells_of_is_seen_by_another_connection(|_| ());
}

/// `leave` is what becomes of the connection before.
fn a_change_that_nobody_tells_of_is_seen_by_another_connection(leave: fn(&World)) {
    in_all_orders(move || {
        let (world, line) = World::new(ALL);
        let listening = world.listen(line.told, line.answer);
        let reading = Arc::clone(&world);
        let reading = thread::spawn(move || reading.fill(1, &line.answers));
        world.be_deaf();
        leave(&world);
        world.write(OLD + 1);
        world.coherence.rely_on(2);
        world.coherence.hear(2, 20);
        reading.join().unwrap();
        assert_ne!(world.look(25, 100), Some(OLD), "the new connection cannot tell of it");
        world.end();
        listening.join().unwrap();
    });
}

#[test]
fn a_sign_of_life_of_one_connection_says_nothing_of_another() {
    in_all_orders(|| {
        let (world, line) = World::new(ALL);
        world.coherence.rely_on(2);
        world.coherence.hear(2, 10);
        world.put(OLD);
        let listening = world.listen(line.told, line.answer);
        // Which is told by number 2, that is frozen.
        world.be_deaf();
        world.write(OLD + 1);
        world.ask_for_a_sign(20);
        assert_eq!(world.look(25, 6), None, "number 2 was not heard since the write");
        world.end();
        listening.join().unwrap();
        assert_eq!(world.look(25, 6), None, "number 2 was not heard since the write");
    });
}

/// The end of a key comes with an answer, and holds for what was kept before as well.
#[test]
fn nothing_is_served_beyond_the_end_of_the_key() {
    in_all_orders(|| {
        let (world, line) = World::new(ALL);
        let listening = world.listen(line.told, line.answer);
        world.end_at(30);
        let reading = Arc::clone(&world);
        let reading = thread::spawn(move || reading.fill(1, &line.answers));
        let early = world.look(25, 100);
        assert!(early.is_none() || early == Some(OLD));
        reading.join().unwrap();
        assert_eq!(world.look(30, 100), None);
        world.end();
        listening.join().unwrap();
    });
}

/// Where entries lie on several servers, the silence of one counts until what may be of it is gone.
#[test]
fn what_a_silent_server_told_is_not_served_while_it_is_lost() {
    in_all_orders(|| {
        let world = World::spread();
        world.put(OLD);
        world.coherence.hear(2, 100);
        let losing = Arc::clone(&world);
        let losing = thread::spawn(move || losing.coherence.lose(1));
        assert_eq!(world.look(101, 50), None, "number 1 was not heard of for longer");
        losing.join().unwrap();
    });
}

#[test]
fn two_who_look_at_the_end_of_the_key_are_both_told() {
    in_all_orders(|| {
        let (world, _line) = World::new(ALL);
        let ticket = world.coherence.ticket(FIELD);
        world.coherence.keep(ticket, Provenance { source: 1, asked: 10, ends: 30 }, || world.put(OLD));
        let other = Arc::clone(&world);
        let other = thread::spawn(move || other.look(30, 100));
        assert_eq!(world.look(30, 100), None);
        assert_eq!(other.join().unwrap(), None);
    });
}
