//! Fields of one hash that all share, each with one writer.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rediscache::{RedisCache, Result};

use super::caller::{Caller, tell};
use crate::model::Register;
use crate::record::Record;

/// How many fields one caller writes, and of how many more it goes on to look at what became of them.
const FIELDS: usize = 4;
const DOUBTFUL: usize = 16;

/// How long it may take until all others have been in the critical section, where each makes a call.
const IN_LINE: Duration = Duration::from_secs(60);

struct Registers {
    caller: Caller,
    cache: RedisCache<u64, u64>,
    fields: Vec<(u64, Register)>,
    /// Those of which the last write may or may not have taken effect. They are not written any more.
    doubtful: VecDeque<(u64, Register)>,
}

pub(super) async fn work(mut caller: Caller) {
    let cache = RedisCache::new("registers").on(&caller.session);
    let fields = (0..FIELDS).map(|_| (caller.fresh(), Register::default())).collect();
    let mut registers = Registers { caller, cache, fields, doubtful: VecDeque::new() };
    while registers.caller.goes_on().await {
        let at = registers.caller.random.place(FIELDS);
        match registers.caller.random.within(0..10) {
            0..3 => registers.write_one(at).await,
            3..5 => registers.write_if(at).await,
            5..8 => registers.read(at).await,
            8 => registers.work_on_several().await,
            _ => registers.look_back().await,
        }
    }
}

impl Registers {
    fn stored(&self, at: usize) -> Option<u64> {
        self.fields[at].1.certain()
    }

    /// Makes a call that writes these fields; `None` when it is not known whether it did.
    async fn write<T>(
        &mut self,
        operation: &str,
        writes: &[(usize, Option<u64>)],
        call: impl Future<Output = Result<T>>,
    ) -> Option<T> {
        for &(at, value) in writes {
            let (field, register) = &mut self.fields[at];
            tell(&Record::Write { field: *field, value });
            register.begin(value);
        }
        let answer = self.caller.call(operation, call).await;
        for &(at, _) in writes {
            if answer.is_some() {
                let (field, register) = &mut self.fields[at];
                tell(&Record::Wrote { field: *field });
                register.settle();
            } else {
                let fresh = (self.caller.fresh(), Register::default());
                self.doubtful.push_back(std::mem::replace(&mut self.fields[at], fresh));
                if self.doubtful.len() > DOUBTFUL {
                    self.doubtful.pop_front();
                }
            }
        }
        answer
    }

    async fn write_one(&mut self, at: usize) {
        let (field, stored, value) = (self.fields[at].0, self.stored(at), self.caller.fresh());
        let (written, removed) = ([(at, Some(value))], [(at, None)]);
        match self.caller.random.within(0..6) {
            0 | 1 => drop(self.write("set", &written, self.cache.set(field, value)).await),
            2 => {
                let answer = self.write("replace", &written, self.cache.replace(field, value)).await;
                self.compare("replace", answer, stored);
            }
            3 => {
                let answer = self.write("delete", &removed, self.cache.delete(field)).await;
                self.compare("delete", answer, stored.is_some());
            }
            4 => {
                let answer = self.write("pop", &removed, self.cache.pop(field)).await;
                self.compare("pop", answer, stored);
            }
            _ => {
                let answer = self.write("pop_or", &removed, self.cache.pop_or(field, 7)).await;
                self.compare("pop_or", answer, stored.unwrap_or(7));
            }
        }
    }

    /// Writes that depend on what is stored; half of them must not take effect.
    async fn write_if(&mut self, at: usize) {
        let (field, stored, value) = (self.fields[at].0, self.stored(at), self.caller.fresh());
        let (written, removed, nothing) = ([(at, Some(value))], [(at, None)], []);
        let old = if self.caller.random.percent(50) { stored.unwrap_or(7) } else { value };
        let equal = stored == Some(old);
        match self.caller.random.within(0..3) {
            0 => {
                let writes = if stored.is_none() { &written[..] } else { &nothing };
                let answer = self.write("set_if_absent", writes, self.cache.set_if_absent(field, value)).await;
                self.compare("set_if_absent", answer, stored.is_none());
            }
            1 => {
                let writes = if equal { &written[..] } else { &nothing };
                let answer = self.write("compare_and_set", writes, self.cache.compare_and_set(field, old, value)).await;
                self.compare("compare_and_set", answer, equal);
            }
            _ => {
                let writes = if equal { &removed[..] } else { &nothing };
                let answer = self.write("compare_and_delete", writes, self.cache.compare_and_delete(field, old)).await;
                self.compare("compare_and_delete", answer, equal);
            }
        }
    }

    async fn read(&mut self, at: usize) {
        let (field, stored) = (self.fields[at].0, self.stored(at));
        match self.caller.random.within(0..4) {
            0 => self.compare("get", self.caller.call("get", self.cache.get(field)).await, stored),
            1 => {
                let answer = self.caller.call("get_or", self.cache.get_or(field, 7)).await;
                self.compare("get_or", answer, stored.unwrap_or(7));
            }
            2 => {
                let answer = self.caller.call("contains", self.cache.contains(field)).await;
                self.compare("contains", answer, stored.is_some());
            }
            _ => self.section().await,
        }
    }

    async fn work_on_several(&mut self) {
        let names: Vec<u64> = self.fields.iter().map(|&(field, _)| field).collect();
        let stored: Vec<Option<u64>> = (0..FIELDS).map(|at| self.stored(at)).collect();
        match self.caller.random.within(0..3) {
            0 => {
                let values: Vec<u64> = names.iter().map(|_| self.caller.fresh()).collect();
                let writes: Vec<_> = values.iter().map(|&value| Some(value)).enumerate().collect();
                let call = self.cache.update(names.into_iter().zip(values));
                self.write("update", &writes, call).await;
            }
            1 => {
                let writes: Vec<_> = (0..FIELDS).map(|at| (at, None)).collect();
                let answer = self.write("delete_many", &writes, self.cache.delete_many(names)).await;
                self.compare("delete_many", answer, stored.iter().flatten().count() as u64);
            }
            _ => self.compare("get_many", self.caller.call("get_many", self.cache.get_many(names)).await, stored),
        }
    }

    /// Sees what became of a write whose answer was lost.
    async fn look_back(&mut self) {
        if self.doubtful.is_empty() {
            return;
        }
        let at = self.caller.random.place(self.doubtful.len());
        let (field, register) = &mut self.doubtful[at];
        if let Some(stored) = self.caller.call("get", self.cache.get(*field)).await {
            let before = *register;
            let allowed = register.allows(stored);
            self.caller.ensure(allowed, || format!("field {field} is {stored:?}, where {before:?} is known"));
        }
    }

    /// Nobody else of this process is in the section.
    async fn section(&mut self) {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        let Some(lock) = self.caller.call_within("section", IN_LINE, self.cache.section()).await else { return };
        self.caller.ensure(!TAKEN.swap(true, Ordering::SeqCst), || "two are in one critical section".to_owned());
        let _ = self.caller.call("len", self.cache.len()).await;
        TAKEN.store(false, Ordering::SeqCst);
        drop(lock);
    }

    fn compare<T: PartialEq + std::fmt::Debug>(&self, operation: &str, answer: Option<T>, expected: T) {
        if let Some(answer) = answer {
            self.caller.check(operation, &answer, &expected);
        }
    }
}
