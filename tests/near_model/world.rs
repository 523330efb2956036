//! A server with one value, the connection that tells of its changes, and the place where it is kept.

use std::sync::{Arc, Weak};

use loom::sync::Mutex;
use loom::sync::mpsc::{Receiver, Sender, channel};
use loom::thread::{JoinHandle, spawn};

use crate::coherence::{Change, Coherence, Invalidate, NEVER, Provenance};

pub(crate) const FIELD: &[u8] = b"i|1";

/// What the server has at first.
pub(crate) const OLD: u64 = 1;

/// What the connection brings, in this order.
pub(crate) enum Said {
    Answer(u64),
    Changed,
    /// Of life, asked for at this time.
    Sign(u64),
    Over,
}

pub(crate) struct World {
    /// The real one.
    pub(crate) coherence: Coherence,
    place: Arc<Place>,
    server: Mutex<Server>,
    change: Change<'static>,
}

/// The ends of the connection.
pub(crate) struct Line {
    pub(crate) told: Receiver<Said>,
    pub(crate) answer: Sender<u64>,
    pub(crate) answers: Receiver<u64>,
}

struct Server {
    value: u64,
    /// Whether a change of it is told.
    tracked: bool,
    /// Whether the connection tells nothing any more.
    deaf: bool,
    /// When the key ends.
    ends: u64,
    line: Sender<Said>,
}

struct Place(Mutex<Option<u64>>);

impl World {
    /// The connection is number 1, and was heard at 10.
    pub(crate) fn new(change: Change<'static>) -> (Arc<Self>, Line) {
        Self::with(Coherence::new("key"), change)
    }

    /// The same beside number 2, that of another server.
    pub(crate) fn spread() -> Arc<Self> {
        let (world, _) = Self::with(Coherence::spread("key"), Change::All);
        world.coherence.rely_on(2);
        world.coherence.hear(2, 10);
        world
    }

    fn with(coherence: Coherence, change: Change<'static>) -> (Arc<Self>, Line) {
        let ((line, told), (answer, answers)) = (channel(), channel());
        let server = Server { value: OLD, tracked: true, deaf: false, ends: NEVER, line };
        let place = Arc::new(Place(Mutex::new(None)));
        let world = Self { coherence, place, server: Mutex::new(server), change };
        let kept: Weak<dyn Invalidate> = Arc::<Place>::downgrade(&world.place);
        world.coherence.add(kept, NEVER);
        world.coherence.rely_on(1);
        world.coherence.hear(1, 10);
        (Arc::new(world), Line { told, answer, answers })
    }

    /// Takes what comes, as the driver does: what is told at once, and an answer is handed on.
    pub(crate) fn listen(self: &Arc<Self>, told: Receiver<Said>, answer: Sender<u64>) -> JoinHandle<()> {
        let world = Arc::clone(self);
        spawn(move || {
            loop {
                match told.recv().unwrap() {
                    Said::Answer(value) => answer.send(value).unwrap(),
                    Said::Changed => world.coherence.invalidate(world.change),
                    Said::Sign(asked) => world.coherence.hear(1, asked),
                    Said::Over => return,
                }
            }
        })
    }

    /// Reads over the connection, and keeps what was read where that is allowed.
    pub(crate) fn fill(&self, source: u64, answers: &Receiver<u64>) {
        let ticket = self.coherence.ticket(FIELD);
        let ends = {
            let mut server = self.server.lock().unwrap();
            server.tracked = true;
            server.line.send(Said::Answer(server.value)).unwrap();
            server.ends
        };
        let value = answers.recv().unwrap();
        self.coherence.keep(ticket, Provenance { source, asked: 10, ends }, || self.put(value));
    }

    pub(crate) fn write(&self, value: u64) {
        let mut server = self.server.lock().unwrap();
        server.value = value;
        if std::mem::take(&mut server.tracked) && !server.deaf {
            server.line.send(Said::Changed).unwrap();
        }
    }

    pub(crate) fn ask_for_a_sign(&self, asked: u64) {
        self.server.lock().unwrap().line.send(Said::Sign(asked)).unwrap();
    }

    pub(crate) fn be_deaf(&self) {
        self.server.lock().unwrap().deaf = true;
    }

    pub(crate) fn end_at(&self, time: u64) {
        self.server.lock().unwrap().ends = time;
    }

    pub(crate) fn end(&self) {
        self.server.lock().unwrap().line.send(Said::Over).unwrap();
    }

    pub(crate) fn put(&self, value: u64) {
        *self.place.0.lock().unwrap() = Some(value);
    }

    pub(crate) fn kept(&self) -> Option<u64> {
        *self.place.0.lock().unwrap()
    }

    /// What is served.
    pub(crate) fn look(&self, now: u64, bound: u64) -> Option<u64> {
        if self.coherence.is_fresh(now, bound) { self.kept() } else { None }
    }
}

impl Invalidate for Place {
    fn forget(&self, field: &[u8]) {
        assert_eq!(field, FIELD);
        self.forget_all();
    }

    fn forget_all(&self) {
        *self.0.lock().unwrap() = None;
    }
}
