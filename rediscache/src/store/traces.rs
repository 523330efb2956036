//! Whether a call that was given up may have taken effect, noted on the thread that polls and drops it: nobody else is told.

use std::cell::Cell;

thread_local! {
    static TRACES: Cell<Traces> = const { Cell::new(Traces { sent: false, harmless: false }) };
}

/// What was noted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// Something that may take effect was sent.
    pub(crate) sent: bool,
    /// What was dropped had not been sent, or takes no effect.
    pub(crate) harmless: bool,
}

/// Something that may take effect is sent.
#[inline]
pub(super) fn note_sent() {
    note(|traces| traces.sent = true);
}

/// What is dropped was not sent, or takes no effect.
pub(super) fn note_harmless() {
    note(|traces| traces.harmless = true);
}

/// Does this, and tells what was noted meanwhile. Whoever traces this is told, too.
pub(crate) fn traced<T>(step: impl FnOnce() -> T) -> (T, Traces) {
    let before = TRACES.take();
    let done = step();
    let noted = TRACES.get();
    TRACES.set(Traces { sent: before.sent || noted.sent, harmless: before.harmless || noted.harmless });
    (done, noted)
}

fn note(note: impl FnOnce(&mut Traces)) {
    let mut traces = TRACES.get();
    note(&mut traces);
    TRACES.set(traces);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_told_once() {
        note_sent();
        assert_eq!(traced(|| 7), (7, Traces::default()));
        assert_eq!(traced(note_harmless), ((), Traces { sent: false, harmless: true }));
        let both = Traces { sent: true, harmless: true };
        assert_eq!(traced(|| [note_sent(), note_harmless()]).1, both);
        assert_eq!(traced(|| {}).1, Traces::default());
        let sent = Traces { sent: true, harmless: false };
        assert_eq!(traced(|| (traced(note_sent).1, traced(|| {}).1)), ((sent, Traces::default()), sent));
    }
}
