//! The longest that a call of an object may take, where it was given a `timeout`.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, ErrorKind, Result};
use crate::refusal::{config, refusals};
use crate::store::traced;

/// In milliseconds; the most there are stand for no limit. Short, since every call carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallLimit(u32);

impl CallLimit {
    pub(super) const NONE: Self = Self(u32::MAX);

    /// Rounds up. Zero does not compile where the call is a constant itself.
    #[expect(clippy::cast_possible_truncation, reason = "it fits where it is made; constants have no `try_from`")]
    pub(super) const fn of(timeout: Duration) -> Self {
        if timeout.is_zero() {
            the_timeout_of_an_object_must_not_be_zero();
        }
        let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
        if milliseconds < Self::NONE.0 as u128 { Self(milliseconds as u32) } else { Self::NONE }
    }

    /// As long as that, if there is a limit.
    pub(super) fn duration(self) -> Option<Duration> {
        (self != Self::NONE).then(|| Duration::from_millis(self.0.into()))
    }

    /// What no constant could have.
    pub(super) fn check(self) -> Result<()> {
        if self.0 == 0 {
            return Err(config("a timeout of zero lets no call succeed; give it a length, or leave it out"));
        }
        Ok(())
    }

    /// Waits for a step of a call for no longer than this. It is dropped then, and may have taken effect, unless nothing had left
    /// yet.
    pub(super) async fn bound<T>(self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.bound_saying(|error| error, call).await
    }

    /// As [`bound`](Self::bound), of what takes no effect when it is dropped.
    pub(super) async fn bound_reading<T>(self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.bound_saying(Error::without_effect, call).await
    }

    async fn bound_saying<T>(self, say: fn(Error) -> Error, call: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(limit) = self.duration() else { return call.await };
        let (until, mut call, mut timer) = (Instant::now() + limit, pin!(Some(call)), pin!(None));
        let mut sent = false;
        poll_fn(|context| {
            if let Some(call) = call.as_mut().as_pin_mut() {
                let (answer, traces) = traced(|| call.poll(context));
                sent |= traces.sent;
                if answer.is_ready() {
                    return answer;
                }
            }
            // What is at hand needs no timer, nor a runtime that has one.
            if timer.is_none() && Handle::try_current().is_ok() {
                timer.set(Some(sleep_until(until)));
            }
            match timer.as_mut().as_pin_mut().map(|timer| timer.poll(context)) {
                Some(Poll::Ready(())) => {
                    let ((), traces) = traced(|| call.set(None));
                    let error = over(limit);
                    let is_harmless = traces.harmless && !traces.sent && !sent;
                    Poll::Ready(Err(say(if is_harmless { error.without_effect() } else { error })))
                }
                _ => Poll::Pending,
            }
        })
        .await
    }
}

fn over(limit: Duration) -> Error {
    let message = format!("it took longer than {limit:?}, the `timeout` of this object");
    Error::new(ErrorKind::Timeout, message).outcome_unknown()
}

refusals! {
    the_timeout_of_an_object_must_not_be_zero
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_rounded_up_and_what_is_longer_than_can_be_is_none() {
        let milliseconds = |timeout| CallLimit::of(timeout).duration().map(|limit| limit.as_millis());
        assert_eq!(milliseconds(Duration::from_nanos(1)), Some(1));
        assert_eq!(milliseconds(Duration::from_millis(50)), Some(50));
        assert_eq!(milliseconds(Duration::from_micros(50_001)), Some(51));
        assert_eq!(milliseconds(Duration::MAX), None);
        assert!(CallLimit::of(Duration::ZERO).check().is_err());
    }
}
