//! Decides whether a history is linearizable, by the search of Wing and Gong with the memory that Lowe added.

use std::collections::HashSet;
use std::fmt;

use super::register::{Answer, Call, Entry};

/// When something happens that nobody sees happen.
pub(super) const NEVER: u64 = u64::MAX;

/// How many configurations are looked at before a history counts as undecided, which is a failure.
const LIMIT: usize = 1_000_000;

/// A call on one entry, as its caller saw it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) call: Call,
    /// `None` for an effect that may have been or not.
    pub(super) answer: Option<Answer>,
    /// The times between which it took effect, on one clock for all.
    pub(super) made: u64,
    pub(super) answered: u64,
}

/// No order of the calls explains their answers.
#[derive(Debug)]
pub(super) struct Violation {
    events: Vec<Event>,
    /// The places of those that the longest order explains.
    furthest: Vec<usize>,
}

/// How many configurations it took to find that the history, of an entry that is absent at first, is linearizable.
pub(super) fn check(events: &[Event]) -> Result<usize, Violation> {
    let mut events = events.to_vec();
    // What was answered first most likely happened first, and what nobody knows of need not have happened.
    events.sort_unstable_by_key(|event| (event.answer.is_none(), event.answered));
    assert!(events.len() <= 128, "a history of {} calls is too long", events.len());
    let mut search = Search { events: &events, seen: HashSet::new(), order: Vec::new(), furthest: Vec::new() };
    if search.goes_on(Point { taken: 0, entry: None, doubtful: false }, 0) {
        return Ok(search.seen.len());
    }
    let furthest = search.furthest;
    Err(Violation { events, furthest })
}

struct Search<'a> {
    events: &'a [Event],
    /// Where the search has been already.
    seen: HashSet<Point>,
    order: Vec<usize>,
    furthest: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Point {
    /// Which events have been, by their places.
    taken: u128,
    /// What they left.
    entry: Entry,
    /// Whether the last of them is one that nobody knows of, and that nothing has shown yet.
    doubtful: bool,
}

impl Search<'_> {
    /// Whether the events that are left can follow in some order, none of them before the time `since`.
    fn goes_on(&mut self, point: Point, since: u64) -> bool {
        let left =
            || (0..self.events.len()).filter(|&at| point.taken & (1 << at) == 0).map(|at| (at, &self.events[at]));
        let due = |(_, event): (usize, &Event)| event.answer.map(|_| event.answered);
        let Some(until) = left().filter_map(due).min() else { return true };
        if !self.seen.insert(point) {
            return false;
        }
        assert!(self.seen.len() < LIMIT, "undecided after {LIMIT} configurations: {:?}", self.events);
        let fits =
            |(_, event): &(usize, &Event)| event.made < until && since < event.answered && event.can_follow(&point);
        let next: Vec<(usize, &Event)> = left().filter(fits).collect();
        // One that only looks can come at once, if it keeps none from coming: what is left to do is the same.
        let last_chance = left().map(|(_, event)| event.answered).min();
        let look = next.iter().find(|(_, event)| event.only_looks() && Some(event.made) < last_chance);
        match look {
            Some(&(at, _)) => self.takes(at, point, since),
            None => {
                let next: Vec<usize> = next.into_iter().map(|(at, _)| at).collect();
                next.into_iter().any(|at| self.takes(at, point, since))
            }
        }
    }

    fn takes(&mut self, at: usize, Point { taken, entry, .. }: Point, since: u64) -> bool {
        let Event { call, answer, made, .. } = self.events[at];
        let (left, _) = call.apply(entry);
        self.order.push(at);
        let point = Point { taken: taken | (1 << at), entry: left, doubtful: answer.is_none() };
        let goes_on = self.goes_on(point, since.max(made));
        if !goes_on && self.order.len() > self.furthest.len() {
            self.furthest.clone_from(&self.order);
        }
        self.order.pop();
        goes_on
    }
}

impl Event {
    /// Whether it can come next. An event that nobody knows of is of use only where it changes something, and where that
    /// is not overwritten at once.
    fn can_follow(&self, point: &Point) -> bool {
        let (left, answer) = self.call.apply(point.entry);
        let overwrites = matches!(self.call, Call::Set(_));
        self.answer.map_or(left != point.entry, |told| told == answer) && !(overwrites && point.doubtful)
    }

    /// Whether its answer says that it changes nothing, wherever it comes.
    fn only_looks(&self) -> bool {
        match (self.call, self.answer) {
            (_, None) | (Call::Set(_) | Call::Replace(_) | Call::Increment(_), _) => false,
            (Call::Get | Call::Contains, _) => true,
            (_, answer) => matches!(answer, Some(Answer::Flag(false) | Answer::Value(None))),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no order of these calls explains their answers; the longest that does is that of the numbers")?;
        let mut places: Vec<usize> = (0..self.events.len()).collect();
        places.sort_unstable_by_key(|&at| self.events[at].made);
        for at in places {
            let Event { call, answer, made, answered } = &self.events[at];
            match self.furthest.iter().position(|&taken| taken == at) {
                Some(number) => write!(f, "{number:>5}")?,
                None => write!(f, "    -")?,
            }
            match *answered {
                NEVER => write!(f, "{made:>7}..     ")?,
                _ => write!(f, "{made:>7}..{answered:<5}")?,
            }
            match answer {
                Some(answer) => writeln!(f, " {call:?} gave {answer:?}")?,
                None => writeln!(f, " {call:?}, perhaps")?,
            }
        }
        Ok(())
    }
}
