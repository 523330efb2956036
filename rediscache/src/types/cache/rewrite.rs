// A part of `mod.rs`.

/// What [`RedisCache::rewrite`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// How many values were looked at.
    pub read: u64,
    /// How many were brought to today's form.
    pub rewritten: u64,
    /// How many hold something that today's type would drop, and were left as they are.
    pub lossy: u64,
    /// How many cannot be read, and were left as they are.
    pub unreadable: u64,
}

/// Bringing values to today's form.
impl<K: Key, V: Value, C: ShapedCodec> RedisCache<K, V, C> {
    /// Brings all values to today's shape and version, and tells what it did; nothing where nothing is stored.
    ///
    /// For the end of a deploy: whatever is read afterwards is read as fast as can be, and the older types need not be
    /// known any more. A value that holds what today's type would drop is left: a newer program may have written it.
    /// Writes of others win: a value that changes meanwhile is looked at again. It can be run at any time, by several
    /// programs at once, and again: what is of today's form already is only read.
    ///
    /// # Redis
    ///
    /// `HSCAN` in pages, and for each value of another form one script, atomic, that stores the new one if the old one is
    /// still there. Time grows with the number of entries, memory does not.
    ///
    /// # Errors
    ///
    /// Those of every method; what was done by then stays done, and running it again does the rest.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it leaves each value either as it was or in today's form; running it again does the rest.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisSession};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Debug, Deserialize, PartialEq, Serialize)]
    /// struct Old {
    ///     level: u8,
    /// }
    ///
    /// #[derive(Debug, Deserialize, PartialEq, Serialize)]
    /// struct New {
    ///     level: u32,
    ///     #[serde(default)]
    ///     points: u64,
    /// }
    ///
    /// let session = RedisSession::in_memory();
    /// let old = RedisCache::<u64, Old>::new("players").on(&session);
    /// let new = RedisCache::<u64, New>::new("players").on(&session);
    /// old.set(1, Old { level: 7 }).await?;
    ///
    /// let done = new.rewrite().await?;
    /// assert_eq!((done.read, done.rewritten, done.lossy, done.unreadable), (1, 1, 0, 0));
    /// assert_eq!(new.get(1).await?, Some(New { level: 7, points: 0 }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rewrite(&self) -> Operation<Rewritten> {
        Operation::unbounded(&self.object, "rewrite", |mut at| async move {
            let (mut done, mut cursor, limit) = (Rewritten::default(), None, at.limit);
            loop {
                let page = async {
                    let page = at.store()?.hashes().scan(&at.key, cursor.as_deref()).await?;
                    at.learn::<V>(at.unknown_shapes::<C>(page.entries.iter().map(|(_, value)| value))).await?;
                    Ok(page)
                };
                let page = limit.bound_reading(page).await?;
                for (field, stored) in page.entries {
                    done.read += 1;
                    limit.bound(Self::rewrite_one(&mut at, &field, stored, &mut done)).await?;
                }
                cursor = page.next;
                if cursor.is_none() {
                    return Ok(done);
                }
            }
        })
    }

    /// Brings one value to today's form, whatever others make of it meanwhile.
    async fn rewrite_one(at: &mut Target, field: &[u8], mut stored: Vec<u8>, done: &mut Rewritten) -> Result<()> {
        loop {
            let today = match Self::today(at, &stored) {
                Ok(Some(today)) => today.ready(at).await?,
                Ok(None) => {
                    done.lossy += 1;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Decode => {
                    done.unreadable += 1;
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            if is_same_form::<C>(&stored, &today) {
                return Ok(());
            }
            match at.store()?.hashes().compare_and_swap(&at.key, field, &stored, Some(&today)).await? {
                Compared::Equal => {
                    done.rewritten += 1;
                    return Ok(());
                }
                Compared::Different(other) => stored = other,
                Compared::Absent => return Ok(()),
            }
            at.learn::<V>(at.unknown_shapes::<C>([&*stored])).await?;
        }
    }

    /// The value as it is written today, unless something would be lost.
    fn today(at: &Target, stored: &[u8]) -> Result<Option<Encoded<Vec<u8>>>> {
        let value = at.knowing_reader::<V, C>().read_whole(stored)?;
        value.map(|value| encode_value::<C, V>(&value, at.meaning)).transpose()
    }
}
