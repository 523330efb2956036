//! Leases that end and looks for tasks, of one client, in one run of one script.

use std::sync::Arc;

use super::lease::{Client, EndingLease, Lease, Side, Taken, Unread};
use super::script::{command_of, from_now};
use super::work::{TaskTaker, WorkCall, WorkDone};
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::packed::Packed;
use crate::store::redis::{Batch, Effect, Router, Script, retain_parts};
use crate::store::taker::Departed;

static WORK: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    "local function rarely()\n",
    include_str!("delayed.lua"),
    include_str!("leases.lua"),
    "return { refresh = refresh, recall = recall, recall_unread = recall_unread }\nend\n",
    include_str!("work.lua")
));

/// Ends leases, each with whether a task is to be taken in its place, and takes so many tasks besides, numbered from the first
/// on. Whether each was held, and what was taken.
async fn work(
    router: &Router,
    key: &str,
    client: &Client,
    endings: &[(EndingLease, bool)],
    (first, besides): (u64, usize),
) -> Result<(Vec<bool>, Taken)> {
    let upper =
        |(lease, takes): &(EndingLease, bool)| if *takes { side(*lease).to_ascii_uppercase() } else { side(*lease) };
    let request = command_of(router, &WORK, key, client, "work", Effect::Once)?;
    let request = request.arg(endings.iter().map(upper).collect::<String>()).arg(first).arg(besides);
    let request = request.args(endings.iter().map(|(lease, _)| lease.number));
    let mut answer: Vec<Vec<u8>> = router.send(&request).await?;
    let read = answer.pop().and_then(|told| read(first, answer, &told));
    // It was done, whatever it says.
    read.ok_or_else(|| refusal::unexpected().outcome_unknown())
}

/// Reads what was taken, and what is told of it: of each lease whether it was held; when to come again; how often each task was
/// delivered, or nothing where all are for the first time; and number, failures and since when of those that some program could
/// not read.
fn read(first: u64, items: Vec<Vec<u8>>, told: &[u8]) -> Option<(Vec<bool>, Taken)> {
    let mut parts = std::str::from_utf8(told).ok()?.split(' ');
    let ended = parts.next()?.bytes().map(|ended| ended == b'1').collect();
    let next_change = from_now(parts.next()?.parse().ok()?);
    let (attempts, unread) = (parts.next()?, parts.next()?);
    let mut attempts = attempts.split(',').filter(|attempt| !attempt.is_empty());
    let mut lease = |(number, item)| {
        let attempt = attempts.next().map_or(Some(1), |attempt| attempt.parse().ok())?;
        Some(Lease { number, attempt, item, unread: Unread::default() })
    };
    let mut leases = (first..).zip(items).map(&mut lease).collect::<Option<Vec<Lease>>>()?;
    for one in unread.split(',').filter(|one| !one.is_empty()) {
        let mut numbers = one.split('.');
        let number: u64 = numbers.next()?.parse().ok()?;
        let (failures, since) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
        let lease = leases.iter_mut().find(|lease| lease.number == number)?;
        lease.unread = Unread { failures, since };
    }
    Some((ended, Taken { leases, next_change }))
}

/// As a letter.
pub(super) fn side(lease: EndingLease) -> char {
    match lease.side {
        Side::Oldest => 'o',
        Side::Newest => 'n',
    }
}

/// Orders leases from both sides inwards: each item lies where those before it were found, so that the server need not look at
/// what is between again and again.
fn inwards(lease: EndingLease) -> (bool, u64) {
    match lease.side {
        Side::Oldest => (false, lease.number),
        Side::Newest => (true, u64::MAX - lease.number),
    }
}

/// What one client does at one time.
#[derive(Default)]
pub(super) struct WorkBatch {
    taker: Option<Arc<dyn TaskTaker>>,
    parts: Vec<WorkPart>,
    /// How many of them are each call's.
    counts: Vec<usize>,
}

/// One lease that ends, one look, or both.
#[derive(Clone, Copy)]
struct WorkPart {
    ending: Option<EndingLease>,
    ticket: Option<u64>,
}

impl WorkPart {
    fn kind(&self) -> (bool, bool) {
        (self.ending.is_some(), self.ticket.is_some())
    }
}

impl Batch for WorkBatch {
    type Call<'a> = (&'a Arc<dyn TaskTaker>, WorkCall<'a>);
    /// What is refused to one kind of call is not refused to another.
    type Answer = Result<WorkDone>;

    const IS_AWAITED: bool = true;

    fn add(&mut self, (taker, WorkCall { ending, tickets }): Self::Call<'_>) {
        self.taker.get_or_insert_with(|| Arc::clone(taker));
        let before = self.parts.len();
        if ending.is_some() {
            self.parts.push(WorkPart { ending, ticket: tickets.first().copied() });
        } else {
            self.parts.extend(tickets.iter().map(|&ticket| WorkPart { ending, ticket: Some(ticket) }));
        }
        self.counts.push(self.parts.len() - before);
    }

    fn has_room_for(&self, (taker, call): &Self::Call<'_>) -> bool {
        let is_same = self.taker.as_ref().is_none_or(|one| Arc::ptr_eq(one, taker));
        is_same && self.parts.len() + call.tickets.len().max(1) <= Packed::MOST_PARTS
    }

    fn retain(&mut self, wanted: &[bool]) {
        retain_parts(&mut self.parts, &mut self.counts, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<WorkDone>>> {
        let Some(taker) = &self.taker else { return Err(refusal::unexpected()) };
        let refusal = match send(router, key, &**taker, &self.parts).await {
            Err(error) if self.is_mixed() && is_refused(&error) => error,
            done => return Ok(self.answers(done?.into_iter().map(Ok))),
        };
        // Nothing was done. Who may not take may still end, and the other way round.
        let mut answers: Vec<_> = self.parts.iter().map(|_| Err(refusal.again())).collect();
        for kind in [(true, false), (true, true), (false, true)] {
            let places: Vec<usize> = (0..self.parts.len()).filter(|&at| self.parts[at].kind() == kind).collect();
            let parts: Vec<WorkPart> = places.iter().map(|&at| self.parts[at]).collect();
            if parts.is_empty() {
                continue;
            }
            match send(router, key, &**taker, &parts).await {
                Ok(done) => places.iter().zip(done).for_each(|(&at, done)| answers[at] = Ok(done)),
                Err(error) => places.iter().for_each(|&at| answers[at] = Err(error.again())),
            }
        }
        Ok(self.answers(answers))
    }
}

impl WorkBatch {
    fn is_mixed(&self) -> bool {
        self.parts.windows(2).any(|parts| parts[0].kind() != parts[1].kind())
    }

    /// One for each call, whose parts are answered alike.
    fn answers(&self, parts: impl IntoIterator<Item = Result<WorkDone>>) -> Vec<Result<WorkDone>> {
        let mut parts = parts.into_iter();
        let mut answer =
            |&count: &usize| parts.by_ref().take(count).last().unwrap_or_else(|| Err(refusal::unexpected()));
        self.counts.iter().map(&mut answer).collect()
    }
}

/// Whether the server ran nothing of it, and says why.
fn is_refused(error: &Error) -> bool {
    !error.is_outcome_unknown() && !matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
}

async fn send(router: &Router, key: &str, taker: &dyn TaskTaker, parts: &[WorkPart]) -> Result<Vec<WorkDone>> {
    let departed = Departed::new(taker, parts.iter().filter(|part| part.ticket.is_some()).count());
    let takes = |part: &&WorkPart| part.ticket.is_some() && departed.is_some();
    if departed.is_none() && parts.iter().all(|part| part.ending.is_none()) {
        return Ok(vec![WorkDone { is_held: true, is_enough: false }; parts.len()]);
    }
    let ending = |(at, part): (usize, &WorkPart)| part.ending.map(|lease| (at, (lease, takes(&part))));
    let mut endings: Vec<_> = parts.iter().enumerate().filter_map(ending).collect();
    endings.sort_unstable_by_key(|&(_, (lease, _))| inwards(lease));
    let (places, endings): (Vec<_>, Vec<_>) = endings.into_iter().unzip();
    let besides = parts.iter().filter(|part| part.ending.is_none()).filter(takes).count();
    let first = departed.as_ref().map_or(0, |departed| departed.first);
    let (held, taken) = work(router, key, taker.client(), &endings, (first, besides)).await?;
    let mut is_held: Vec<_> = parts.iter().map(|part| part.ending.is_none()).collect();
    places.into_iter().zip(held).for_each(|(at, held)| is_held[at] = held);
    let looked = parts.iter().zip(&is_held).filter(|(_, is_held)| **is_held);
    let looked: Vec<u64> = looked.filter_map(|(part, _)| part.ticket).collect();
    let is_enough = taken.leases.len() == looked.len();
    if departed.is_some() {
        taker.arrive(first, &looked, taken);
    }
    Ok(is_held.into_iter().map(|is_held| WorkDone { is_held, is_enough }).collect())
}
