//! A stream of tasks that holds some ahead.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::take::{ask, read_boxed};
use super::task::{ReadTask, ReadingTask, RedisTask};
use super::{RedisTaskQueue, TaskOptions};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::dispatch::{Delivery, TaskSource, Wait};
use crate::error::Result;
use crate::types::QueueStream;
use crate::types::object::Target;
use crate::types::operation::Operation;

const OPERATION: &str = "stream_ahead";

/// A task that was taken and not read, so that dropping it is no failed attempt.
type Arrived = (Target, Delivery<TaskSource>);

/// What was asked for.
enum Asked {
    Waits(Operation<Option<Arrived>>),
    Answered(Result<Option<Arrived>>),
}

/// Tasks that were asked for ahead.
struct Ahead<T> {
    ask: Box<dyn Fn() -> Operation<Option<Arrived>> + Send>,
    read: ReadTask<T>,
    count: usize,
    asked: VecDeque<Asked>,
    reading: Option<ReadingTask<T>>,
}

/// Streaming ahead.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Streams the tasks as they come, for ever, and holds so many ahead of the one that is handed out.
    ///
    /// For tasks that take less time than the way to the server. All that are held are leased and pending, and nobody else
    /// gets them meanwhile; when the stream is dropped they go back to where they were, and those deliveries do not count.
    /// Zero is as one. It asks for more when half of them are left.
    ///
    /// # Redis
    ///
    /// As of [`get`](Self::get), for all that it asks for at one time: one script, and `BLMOVE` while there is none. The server searches
    /// all that this session has pending for each task that ends, so that thousands held ahead cost more than they gain.
    ///
    /// # Errors
    ///
    /// As of [`stream`](Self::stream): an item that is not a `T` is one `Err` of [`Decode`](crate::ErrorKind::Decode) and not the
    /// end, nor is an error that [is retryable](crate::Error::is_retryable), which comes for each task that was asked for. Any
    /// other is the end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped `next()` loses no task, and the next one goes on with the same calls. What is on its way to a
    /// dropped stream, and what it holds, goes back to where it was, and the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2, 3, 4]).await?;
    /// let mut tasks = jobs.stream_ahead(2);
    /// let task = tasks.try_next().await?.expect("it does not end");
    /// assert_eq!(*task, 1);
    /// assert_eq!(jobs.pending().await?, [1, 2]);
    ///
    /// task.finalize().await?;
    /// drop(tasks);
    /// let task = jobs.get().await?;
    /// assert_eq!((*task, task.attempt()), (2, 1));
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_ahead(&self, count: usize) -> QueueStream<RedisTask<T>> {
        let queue = self.clone();
        let ask = move || {
            let options: TaskOptions = queue.options.clone();
            Operation::unbounded(&queue.object, OPERATION, move |at| async move {
                let delivery = ask(&at, &options, Wait::Forever).await?;
                Ok(delivery.map(|delivery| (at, delivery)))
            })
        };
        let (asked, reading) = Default::default();
        let read: ReadTask<T> = read_boxed::<T, C>;
        let mut ahead = Ahead { ask: Box::new(ask), read, count: count.max(1), asked, reading };
        QueueStream::polling(move |context| ahead.poll(context))
    }
}

impl<T> Ahead<T> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<RedisTask<T>>>> {
        if self.reading.is_none() {
            self.ask_for_more(context);
            match ready!(self.poll_first(context))? {
                Some((at, delivery)) => self.reading = Some((self.read)(at, delivery)),
                None => return Poll::Ready(Ok(None)),
            }
        }
        let Some(reading) = &mut self.reading else { return Poll::Pending };
        let read = ready!(reading.as_mut().poll(context));
        self.reading = None;
        Poll::Ready(read.map(Some))
    }

    /// In one go, so that they leave together.
    fn ask_for_more(&mut self, context: &mut Context<'_>) {
        if self.asked.len() > self.count / 2 {
            return;
        }
        while self.asked.len() < self.count {
            let mut asked = (self.ask)();
            self.asked.push_back(match Pin::new(&mut asked).poll(context) {
                Poll::Ready(answer) => Asked::Answered(answer),
                // It stands in line, and is polled again when it is the first.
                Poll::Pending => Asked::Waits(asked),
            });
        }
    }

    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Arrived>>> {
        if let Some(Asked::Waits(first)) = self.asked.front_mut() {
            let answer = ready!(Pin::new(first).poll(context));
            self.asked.pop_front();
            return Poll::Ready(answer);
        }
        match self.asked.pop_front() {
            Some(Asked::Answered(answer)) => Poll::Ready(answer),
            _ => Poll::Ready(Ok(None)),
        }
    }
}
