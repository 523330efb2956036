use rediscache::{ErrorKind, RedisCache, RedisRanking, RedisSession, RedisSet, RedisValue};
use support::contract;

use crate::every::{
    every_method, every_method_of_fields, every_method_of_rankings, every_method_of_sets, every_method_of_values,
    other_methods,
};
use crate::{kind, names};

contract! {
    async fn every_method_is_refused_after_close(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.set(1, 1).await?;
        session.close().await?;
        let set = RedisSet::new("numbers").on(&session);
        let mut calls = every_method(&numbers);
        calls.extend(other_methods(&numbers));
        calls.extend(every_method_of_sets(&set));
        calls.extend(every_method_of_rankings(&RedisRanking::new("numbers").on(&session)));
        calls.extend(every_method_of_values(&RedisValue::new("numbers").on(&session)));
        calls.extend(every_method_of_fields(&RedisValue::<u64>::in_record("numbers", "one").on(&session)));
        for (method, call) in calls {
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Closed, "{method}");
            let namespace = error.namespace().map(|namespace| namespace.trim_end_matches(".one"));
            assert_eq!((error.operation(), namespace), (method, Some("numbers")));
            assert!(!error.is_retryable() && !error.is_timeout());
        }
        Ok(())
    }

    async fn closing_twice_is_fine(session: RedisSession) -> rediscache::Result<()> {
        assert!(!session.is_closed());
        session.close().await?;
        session.close().await?;
        assert!(session.is_closed());
        Ok(())
    }

    async fn every_clone_is_closed(session: RedisSession) -> rediscache::Result<()> {
        let clone = session.clone();
        let names = names(&clone);
        names.set(1, "one").await?;
        session.close().await?;
        assert!(clone.is_closed());
        assert_eq!(kind(names.get(1).await), ErrorKind::Closed);
        clone.close().await
    }

    async fn an_operation_made_before_close_is_refused_after(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let operation = names.set(1, "one");
        session.close().await?;
        assert_eq!(kind(operation.await), ErrorKind::Closed);
        Ok(())
    }

    async fn a_closed_session_still_tells_its_names(session: RedisSession) -> rediscache::Result<()> {
        let global = session.global_namespace().to_owned();
        let names = names(&session);
        session.close().await?;
        assert_eq!(session.global_namespace(), global);
        assert_eq!(names.namespace(), "names");
        assert_eq!(names.key()?, format!("{global}.names"));
        Ok(())
    }

    async fn calls_under_way_at_close_end(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let calls: Vec<_> = (0..100).map(|n| tokio::spawn(names.set(n, "x"))).collect();
        tokio::task::yield_now().await;
        session.close().await?;
        for call in calls {
            match call.await.unwrap() {
                Ok(()) => {}
                Err(error) => assert_eq!(error.kind(), ErrorKind::Closed, "{error:?}"),
            }
        }
        Ok(())
    }

    async fn a_lock_is_let_go_after_close(session: RedisSession) -> rediscache::Result<()> {
        let section = names(&session).section().await?;
        session.close().await?;
        drop(section);
        Ok(())
    }
}
