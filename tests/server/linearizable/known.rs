//! Histories that are known to be linearizable or not, and random ones judged by trying all orders.

use support::Random;

use super::check::{Event, NEVER, check};
use super::register::Call::{CompareAndSet, Contains, Delete, Get, Increment, Pop, Replace, Set, SetIfAbsent};
use super::register::{Answer, Call};

const DONE: Answer = Answer::Done;
const NOTHING: Answer = Answer::Value(None);
const YES: Answer = Answer::Flag(true);
const NO: Answer = Answer::Flag(false);

const fn value(value: i64) -> Answer {
    Answer::Value(Some(value))
}

/// Each call with its answer and the times at which it was made and answered.
fn told<const N: usize>(calls: [(Call, Answer, u64, u64); N]) -> [Event; N] {
    calls.map(|(call, answer, made, answered)| Event { call, answer: Some(answer), made, answered })
}

fn perhaps(call: Call, made: u64, answered: u64) -> Event {
    Event { call, answer: None, made, answered }
}

#[track_caller]
fn assert_fine(events: &[Event]) {
    check(events).unwrap_or_else(|violation| panic!("{violation}"));
}

#[track_caller]
fn assert_wrong(events: &[Event]) {
    assert!(check(events).is_err(), "no violation was found in {events:?}");
}

#[test]
fn calls_one_after_another_are_explained() {
    assert_fine(&[]);
    assert_fine(&told([
        (Get, NOTHING, 1, 2),
        (Set(10), DONE, 3, 4),
        (Get, value(10), 5, 6),
        (SetIfAbsent(11), NO, 7, 8),
        (Increment(5), value(15), 9, 10),
        (CompareAndSet(15, 20), YES, 11, 12),
        (CompareAndSet(15, 21), NO, 13, 14),
        (Replace(30), value(20), 15, 16),
        (Contains, YES, 17, 18),
        (Pop, value(30), 19, 20),
        (Delete, NO, 21, 22),
        (Contains, NO, 23, 24),
    ]));
}

#[test]
fn calls_at_the_same_time_are_explained_in_any_order() {
    for seen in [10, 20] {
        assert_fine(&told([(Set(10), DONE, 1, 5), (Set(20), DONE, 2, 6), (Get, value(seen), 7, 8)]));
    }
    assert_fine(&told([(Set(10), DONE, 1, 9), (Get, NOTHING, 2, 3), (Get, value(10), 4, 5)]));
    assert_fine(&told([(Increment(1), value(3), 1, 8), (Increment(2), value(2), 2, 9)]));
}

#[test]
fn a_call_without_an_answer_took_effect_at_any_time_or_never() {
    let after = |seen| told([(Set(10), DONE, 1, 2), (Get, value(10), 5, 6), (Get, value(seen), 7, 8)]);
    for seen in [10, 20] {
        let mut events = after(seen).to_vec();
        events.push(perhaps(Set(20), 3, NEVER));
        assert_fine(&events);
    }
}

#[test]
fn a_stale_read_is_found() {
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Set(20), DONE, 3, 4), (Get, value(10), 5, 6)]));
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Get, NOTHING, 3, 4)]));
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Contains, NO, 3, 4)]));
    // Even though the write goes on: one reader saw it, and the next did not.
    assert_wrong(&told([(Set(10), DONE, 1, 9), (Get, value(10), 2, 3), (Get, NOTHING, 4, 5)]));
}

#[test]
fn a_lost_update_is_found() {
    assert_wrong(&told([(Increment(1), value(1), 1, 4), (Increment(2), value(2), 2, 5)]));
    assert_wrong(&told([(Set(10), DONE, 1, 4), (Increment(1), value(1), 2, 5), (Get, value(1), 6, 7)]));
    assert_wrong(&told([(SetIfAbsent(10), YES, 1, 4), (SetIfAbsent(20), YES, 2, 5)]));
    assert_wrong(&told([
        (Set(10), DONE, 1, 2),
        (CompareAndSet(10, 20), YES, 3, 6),
        (CompareAndSet(10, 30), YES, 4, 7),
    ]));
}

#[test]
fn a_value_that_was_never_written_is_found() {
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Get, value(11), 3, 4)]));
    assert_wrong(&told([(Get, value(10), 1, 2), (Set(10), DONE, 3, 4)]));
    assert_wrong(&[told([(Get, value(10), 1, 2)])[0], perhaps(Set(10), 3, NEVER)]);
}

#[test]
fn an_increment_that_counts_twice_is_found() {
    assert_wrong(&told([(Increment(1), value(1), 1, 2), (Get, value(2), 3, 4)]));
    assert_wrong(&[perhaps(Increment(1), 1, NEVER), told([(Get, value(2), 3, 4)])[0]]);
}

#[test]
fn one_removal_that_two_were_told_of_is_found() {
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Delete, YES, 3, 6), (Delete, YES, 4, 7)]));
    assert_wrong(&told([(Set(10), DONE, 1, 2), (Pop, value(10), 3, 6), (Pop, value(10), 4, 7)]));
}

#[test]
fn an_effect_that_comes_and_goes_is_found() {
    let seen = told([(Get, value(10), 2, 3), (Get, NOTHING, 4, 5), (Get, value(10), 6, 7)]);
    assert_wrong(&[seen[0], seen[1], seen[2], perhaps(Set(10), 1, NEVER), perhaps(Delete, 1, NEVER)]);
    // Made twice, it can be.
    let twice = perhaps(Set(10), 1, NEVER);
    assert_fine(&[seen[0], seen[1], seen[2], twice, twice, perhaps(Delete, 1, NEVER)]);
    // But not after its answer.
    let early = perhaps(Set(10), 1, 3);
    assert_wrong(&[seen[0], seen[1], seen[2], early, early, perhaps(Delete, 1, NEVER)]);
}

#[test]
fn the_verdict_is_that_of_trying_all_orders() {
    let mut random = Random::from_seed(1);
    let mut verdicts = [0; 2];
    for _ in 0..4_000 {
        let events = arbitrary(&mut random);
        let fine = some_order_explains(&events, &mut Vec::new());
        assert_eq!(check(&events).is_ok(), fine, "{events:?}");
        verdicts[usize::from(fine)] += 1;
    }
    assert!(verdicts.iter().all(|&count| count > 500), "{verdicts:?}");
}

/// A few calls with answers that may be right.
fn arbitrary(random: &mut Random) -> Vec<Event> {
    let event = |_| {
        let number = i64::try_from(random.within(1..3)).unwrap();
        let calls = [Get, Get, Set(number), Increment(1), Delete, SetIfAbsent(number), CompareAndSet(1, 2), Pop];
        let call = calls[random.place(calls.len())];
        // What it would answer to something.
        let (_, answer) = call.apply([None, Some(1), Some(2)][random.place(3)]);
        let made = random.within(0..20);
        let answered = made + random.within(1..12);
        match random.within(0..10) {
            0 => perhaps(call, 3 * made, NEVER),
            1 => perhaps(call, 3 * made, 3 * answered + 1),
            _ => Event { call, answer: Some(answer), made: 3 * made, answered: 3 * answered + 1 },
        }
    };
    (0..5).map(event).collect()
}

/// Tries everything: whether the events after these can follow in some order.
fn some_order_explains(events: &[Event], order: &mut Vec<usize>) -> bool {
    if (0..events.len()).all(|at| events[at].answer.is_none() || order.contains(&at)) && explains(events, order) {
        return true;
    }
    (0..events.len()).any(|at| {
        if order.contains(&at) {
            return false;
        }
        order.push(at);
        let found = some_order_explains(events, order);
        order.pop();
        found
    })
}

fn explains(events: &[Event], order: &[usize]) -> bool {
    let in_time = |(place, &later): (usize, &usize)| {
        order[..place].iter().all(|&earlier| events[later].answered > events[earlier].made)
    };
    let mut entry = None;
    let mut fits = |&at: &usize| {
        let (left, answer) = events[at].call.apply(entry);
        entry = left;
        events[at].answer.is_none_or(|told| told == answer)
    };
    order.iter().enumerate().all(in_time) && order.iter().all(&mut fits)
}
