use std::collections::HashMap;

use rediscache::{RedisCache, RedisSession};
use support::contract;

use crate::names;

contract! {
    async fn nothing_is_seen_where_nothing_is(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.items().await?, []);
        assert_eq!(names.keys().await?, [0_u64; 0]);
        assert_eq!(names.values().await?, Vec::<String>::new());
        assert_eq!(names.to_map().await?, HashMap::new());
        Ok(())
    }

    async fn every_view_shows_all_entries(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<i32, String>::new("numbers").on(&session);
        let expected: Vec<_> = (-500..1500).map(|n| (n, format!("n{n}"))).collect();
        numbers.update(expected.iter().map(|(key, value)| (key, value))).await?;

        let mut items = numbers.items().await?;
        items.sort_unstable();
        assert_eq!(items, expected);

        let mut keys = numbers.keys().await?;
        keys.sort_unstable();
        assert!(keys.into_iter().eq(-500..1500));

        let (mut values, mut wanted) = (numbers.values().await?, expected.clone());
        values.sort_unstable();
        wanted.sort_by(|one, other| one.1.cmp(&other.1));
        assert!(values.iter().eq(wanted.iter().map(|(_, value)| value)));

        assert_eq!(numbers.to_map().await?, expected.into_iter().collect::<HashMap<_, _>>());
        Ok(())
    }

    async fn two_forms_of_one_key_are_two_items_and_one_in_a_map(session: RedisSession) -> rediscache::Result<()> {
        support::poke(&session, "names", "i|7", "s|seven").await;
        support::poke(&session, "names", "i|007", "s|agent").await;
        let names = names(&session);
        assert_eq!(names.len().await?, 2);
        assert_eq!(names.keys().await?, [7, 7]);
        assert_eq!(names.to_map().await?.len(), 1);
        assert_eq!(names.get(7).await?.as_deref(), Some("seven"), "the form that is written is the one that is read");
        Ok(())
    }
}
