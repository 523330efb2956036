use crate::side::{Side, VALUE};

/// How many entries the hash has.
pub(crate) const ENTRIES: u64 = 10_000;

const LOADS: [usize; 6] = [1, 16, 64, 256, 1_024, 4_096];

/// What is done in turn on every side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    Get,
    Set,
    EntryGet,
    EntrySet,
    ValueGet,
    Increment,
    IncrementJson,
    SetContains,
    SetAdd,
    RankingIncrement,
    LimitCheck,
    Put,
    PutGet,
    GetFinalize,
    GetMany,
    Update,
    Items,
    PutMany,
}

impl Pair {
    pub(crate) const ALL: [Self; 18] = [
        Self::Get,
        Self::Set,
        Self::EntryGet,
        Self::EntrySet,
        Self::ValueGet,
        Self::Increment,
        Self::IncrementJson,
        Self::SetContains,
        Self::SetAdd,
        Self::RankingIncrement,
        Self::LimitCheck,
        Self::Put,
        Self::PutGet,
        Self::GetFinalize,
        Self::GetMany,
        Self::Update,
        Self::Items,
        Self::PutMany,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::EntryGet => "entry get",
            Self::EntrySet => "entry set",
            Self::ValueGet => "value get",
            Self::Increment => "increment",
            Self::IncrementJson => "increment (json)",
            Self::SetContains => "set contains",
            Self::SetAdd => "set add",
            Self::RankingIncrement => "ranking increment",
            Self::LimitCheck => "limit check",
            Self::Put => "put",
            Self::PutGet => "put+get",
            Self::GetFinalize => "get+finalize",
            Self::GetMany => "get_many(100)",
            Self::Update => "update(1000)",
            Self::Items => "items(10000)",
            Self::PutMany => "put_many(1000)",
        }
    }

    /// With how many callers at once. Calls that carry much are not made by thousands.
    pub(crate) fn loads(self) -> &'static [usize] {
        match self {
            Self::GetMany => &LOADS[..3],
            Self::Update | Self::PutMany => &LOADS[..2],
            Self::Items => &LOADS[..1],
            _ => &LOADS,
        }
    }

    /// Whether calls use up tasks, which have to be there before.
    pub(crate) fn uses_tasks(self) -> bool {
        self == Self::GetFinalize
    }

    /// Makes the call of this number. Those of all callers together cover the hash evenly.
    pub(crate) async fn call<S: Side>(self, side: &mut S, number: u64) {
        // Has no factor in common with the number of entries, so that all keys have their turn.
        let key = number.wrapping_mul(7_919) % ENTRIES;
        match self {
            Self::Get => assert_eq!(side.get(key).await.as_deref(), Some(VALUE)),
            Self::Set => side.set(key, VALUE).await,
            Self::EntryGet => assert_eq!(side.get_entry(key).await.as_deref(), Some(VALUE)),
            Self::EntrySet => side.set_entry(key, VALUE).await,
            Self::ValueGet => assert_eq!(side.get_value(key).await.as_deref(), Some(VALUE)),
            Self::Increment => assert!(side.increment(key).await > 0),
            Self::IncrementJson => assert!(side.increment_json(key).await > 0),
            Self::SetContains => assert_eq!(side.is_member(key).await, key.is_multiple_of(2)),
            // It is there already, so that what the set holds stays the same.
            Self::SetAdd => assert!(!side.add_member(key - key % 2).await),
            Self::RankingIncrement => assert!(side.score(key).await > 0.0),
            Self::LimitCheck => assert!(side.may_go_on(key).await),
            Self::Put => side.put(number).await,
            Self::PutGet => {
                side.put(number).await;
                side.take().await;
            }
            Self::GetFinalize => {
                side.work().await;
            }
            Self::GetMany => {
                let first = key.min(ENTRIES - 100);
                assert_eq!(side.get_many(first..first + 100).await.len(), 100);
            }
            Self::Update => {
                let first = key.min(ENTRIES - 1_000);
                side.update(first..first + 1_000, VALUE).await;
            }
            Self::Items => assert_eq!(side.items().await.len() as u64, ENTRIES),
            Self::PutMany => side.put_many(0..1_000).await,
        }
    }
}
