//! What a queue is in Redis: the list that async-rediscache has.

use redis::{Client, Connection, cmd};
use rediscache::{RedisCache, RedisQueue, RedisSession};
use support::{Raw, RawBytes, contract, redis_session, url};

use crate::golden_file::rows;
use crate::queue_kind::soon;
use crate::queue_store::list;

fn queue<T>(session: &RedisSession) -> RedisQueue<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    RedisQueue::new("q").on(session)
}

fn raw() -> Connection {
    Client::open(url()).unwrap().get_connection().unwrap()
}

contract! {
    async fn scalars_are_stored_as_python_stores_them(session: RedisSession) -> rediscache::Result<()> {
        queue(&session).put(1).await?;
        queue::<String>(&session).put("two").await?;
        queue(&session).put(3.0).await?;
        queue(&session).put(true).await?;
        assert_eq!(list(&session, "q").await, rows::<String>("queue_after_put_1_two_3.0_True_lrange"));

        assert_eq!(queue::<u8>(&session).get().await?, 1);
        assert_eq!(queue::<String>(&session).get().await?, "two");
        assert_eq!(queue::<f64>(&session).get().await?, 3.0);
        assert!(queue::<bool>(&session).get().await?);
        Ok(())
    }

    async fn put_many_stores_as_put_does(session: RedisSession) -> rediscache::Result<()> {
        queue(&session).put_many([1, 2]).await?;
        queue(&session).put(3).await?;
        assert_eq!(list(&session, "q").await, ["i|3", "i|2", "i|1"]);
        Ok(())
    }

    async fn any_bytes_go_through(session: RedisSession) -> rediscache::Result<()> {
        let raw = RedisQueue::<RawBytes, Raw>::new("q").on(&session);
        let items = [&b"\0"[..], b"", b"\r\n$3\r\n", b"\xff\xfe:|", &[0; 70_000]].map(RawBytes::from);
        raw.put_many(&items).await?;
        for item in items {
            assert!(raw.get().await? == item);
        }
        Ok(())
    }
}

#[tokio::test]
async fn the_key_and_its_type_are_those_of_the_seed() -> rediscache::Result<()> {
    let session = redis_session("list").await;
    let (queue, mut raw) = (queue::<u64>(&session), raw());
    let key = queue.key()?;
    queue.put_many([1, 2, 3]).await?;
    assert_eq!(cmd("TYPE").arg(&key).query::<String>(&mut raw).unwrap(), "list");
    assert_eq!(cmd("LRANGE").arg(&key).arg(0).arg(-1).query::<Vec<String>>(&mut raw).unwrap(), ["i|3", "i|2", "i|1"]);
    assert_eq!(cmd("RPOP").arg(&key).query::<String>(&mut raw).unwrap(), "i|1");
    assert_eq!(queue.get().await?, 2);
    queue.clear().await?;
    let mut keys: Vec<String> = cmd("KEYS").arg(format!("{}*", session.global_namespace())).query(&mut raw).unwrap();
    keys.retain(|key| !key.ends_with(".$objects"));
    assert_eq!(keys, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_push_of_anyone_wakes_those_who_wait() -> rediscache::Result<()> {
    let session = redis_session("push").await;
    let queue = queue::<u64>(&session);
    for push in ["LPUSH", "RPUSH"] {
        let waiting = [tokio::spawn(queue.get()), tokio::spawn(queue.get())];
        // On the same connection as the look of those who wait, so that it comes after that.
        RedisCache::<u64, u64>::new("other").on(&session).len().await?;
        cmd(push).arg(queue.key()?).arg("i|7").arg("i|7").exec(&mut raw()).unwrap();
        for one in waiting {
            assert_eq!(soon(one).await.unwrap()?, 7);
        }
    }
    assert!(queue.is_empty().await?);
    Ok(())
}
