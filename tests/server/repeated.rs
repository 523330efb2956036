//! What is told of calls that left together, over a connection that broke, and were refused when they were sent again.

use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession, RedisTtlCache};
use support::{Proxy, Server, Strike};

/// The first may leave by itself; the others leave together.
const CALLS: u64 = 20;

#[tokio::test]
async fn one_of_several_that_is_refused_the_second_time_may_have_been_done_the_first() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let pages = RedisTtlCache::<u64, u64>::new("pages", Duration::from_secs(60)).on(&session);
    pages.set(0, 0).await.unwrap();
    let refusal = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    for strike in [Strike::After, Strike::Instead(refusal.to_vec())] {
        proxy.strike("SET pages:i|7", strike);
    }
    for (page, answer) in (1..).zip(join_all((1..=CALLS).map(|page| pages.set(page, page))).await) {
        let told = answer.map_err(|error| (error.kind(), error.is_outcome_unknown()));
        assert_eq!(told, if page == 7 { Err((ErrorKind::Server, true)) } else { Ok(()) }, "{page}");
    }
    assert_eq!((proxy.struck(), pages.get(7).await.unwrap()), (2, Some(7)));

    // Refused the first time, it was not done.
    proxy.strike("SET pages:i|8", Strike::Instead(refusal.to_vec()));
    let answers = join_all((1..=CALLS).map(|page| pages.set(page, 0))).await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert!(matches!(&*refused, [error] if !error.is_outcome_unknown()), "{refused:?}");
    assert_eq!(pages.get(8).await.unwrap(), Some(8));
}
