use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::fault::{Faults, Strike, is_meant};

/// Longer than anything takes that is not stuck.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// What the proxy knows of its connections.
#[derive(Debug, Default)]
pub(super) struct State {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) listening: bool,
    pub(super) accepted: u64,
    pub(super) struck: u64,
    /// By command.
    pub(super) requests: HashMap<String, u64>,
    pub(super) open: HashMap<u64, Connection>,
    /// What is to strike requests of which name.
    pub(super) strikes: Vec<(String, Strike)>,
}

#[derive(Debug, Default)]
pub(super) struct Connection {
    cut: Arc<Notify>,
    /// The commands that were sent, also by two words where the first is `CLIENT`.
    sent: HashSet<Vec<String>>,
    /// What strikes the replies that are still to come.
    replies: VecDeque<Option<Strike>>,
}

/// One connection, until it ends.
pub(super) struct Opened {
    id: u64,
    pub(super) state: Arc<State>,
    pub(super) cut: Arc<Notify>,
}

impl State {
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks until it is so.
    pub(super) fn wait(&self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        let waited = self.changed.wait_timeout_while(self.seen(), PATIENCE, |seen| !is_so(seen));
        let (_seen, time) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!time.timed_out(), "it did not come to be: {what}");
    }

    pub(super) fn listens(&self, listening: bool) {
        self.seen().listening = listening;
        self.changed.notify_all();
    }

    pub(super) fn open(self: &Arc<Self>) -> Opened {
        let mut seen = self.seen();
        seen.accepted += 1;
        let (id, connection) = (seen.accepted, Connection::default());
        let cut = Arc::clone(&connection.cut);
        seen.open.insert(id, connection);
        drop(seen);
        Opened { id, state: Arc::clone(self), cut }
    }

    /// Cuts all that are aimed at, and waits until they are gone.
    pub(super) fn cut(&self, faults: &Faults) {
        let mut cut = Vec::new();
        for (&id, connection) in self.seen().open.iter().filter(|(_, connection)| connection.is_aimed_at(faults)) {
            connection.cut.notify_one();
            cut.push(id);
        }
        self.wait("the connections are cut", |seen| cut.iter().all(|id| !seen.open.contains_key(id)));
    }
}

impl Opened {
    pub(super) fn is_aimed_at(&self, faults: &Faults) -> bool {
        self.state.seen().open.get(&self.id).is_some_and(|connection| connection.is_aimed_at(faults))
    }

    /// Notes a request; what is to strike it.
    pub(super) fn asks(&self, words: &[String]) -> Option<Strike> {
        let mut seen = self.state.seen();
        let command = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let named = if command == "CLIENT" { words } else { &words[..words.len().min(1)] };
        if let Some(connection) = seen.open.get_mut(&self.id)
            && !connection.sent.contains(named)
        {
            connection.sent.insert(named.to_vec());
        }
        let struck = seen.strikes.iter().position(|(name, _)| is_meant(words, name));
        let strike = struck.map(|place| seen.strikes.remove(place).1);
        seen.struck += u64::from(strike.is_some());
        // What subscribes is answered by pushes.
        if !command.ends_with("SUBSCRIBE")
            && let Some(connection) = seen.open.get_mut(&self.id)
        {
            connection.replies.push_back(strike.clone());
        }
        *seen.requests.entry(command).or_default() += 1;
        strike
    }

    /// What is to strike the next reply.
    pub(super) fn answered(&self) -> Option<Strike> {
        self.state.seen().open.get_mut(&self.id)?.replies.pop_front()?
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.state.seen().open.remove(&self.id);
        self.state.changed.notify_all();
    }
}

impl Connection {
    pub(super) fn unanswered(&self) -> usize {
        self.replies.len()
    }

    fn is_aimed_at(&self, faults: &Faults) -> bool {
        faults.aim.as_deref().is_none_or(|aim| self.sent.iter().any(|words| is_meant(words, aim)))
    }
}
