use std::time::Duration;

use rediscache::{RedisNamespaced, RedisSession, RedisTaskQueue};
use support::values;

#[derive(RedisNamespaced)]
struct Guild {
    plain: RedisTaskQueue<u64>,
    #[rediscache(client_identifier = "w1")]
    named: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = 1)]
    once: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "250ms")]
    milliseconds: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "5s")]
    seconds: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "2m")]
    minutes: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "1h")]
    hours: RedisTaskQueue<u64>,
    #[rediscache(backoff = "500ms..2m", unreadable_for = "2h", recover_unleased = "30m")]
    patient: RedisTaskQueue<u64>,
    #[rediscache(backoff = "1s..1s")]
    steady: RedisTaskQueue<u64>,
}

fn queue(namespace: &'static str) -> RedisTaskQueue<u64> {
    RedisTaskQueue::new(namespace)
}

#[tokio::test]
async fn a_queue_may_name_its_client() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    Guild::named().on(&session).put(7).await?;
    let _task = Guild::named().on(&session).get().await?;
    assert_eq!(queue("Guild.named").client_identifier("w1").on(&session).pending().await?, [7]);
    assert!(queue("Guild.named").client_identifier("w2").on(&session).pending().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_queue_may_limit_its_attempts() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let once = Guild::once().on(&session);
    once.put(7).await?;
    once.get().await?.reschedule().await.expect("the embedded store is there");
    assert!(once.try_get().await?.is_none());
    assert_eq!(values(once.dead()).await?, [7]);
    Ok(())
}

#[test]
fn a_duration_is_a_number_and_a_unit() {
    let shown = |queue: RedisTaskQueue<u64>| format!("{queue:?}");
    let by_hand = |namespace, silence| shown(queue(namespace).recover_after(silence));
    assert_eq!(shown(Guild::plain()), shown(queue("Guild.plain")));
    assert_eq!(shown(Guild::milliseconds()), by_hand("Guild.milliseconds", Duration::from_millis(250)));
    assert_eq!(shown(Guild::seconds()), by_hand("Guild.seconds", Duration::from_secs(5)));
    assert_eq!(shown(Guild::minutes()), by_hand("Guild.minutes", Duration::from_secs(120)));
    assert_eq!(shown(Guild::hours()), by_hand("Guild.hours", Duration::from_secs(3600)));
    assert_ne!(shown(Guild::seconds()), shown(queue("Guild.seconds")));
}

#[test]
fn a_queue_may_say_when_tasks_come_again() {
    let (half, second) = (Duration::from_millis(500), Duration::from_secs(1));
    let by_hand = queue("Guild.patient").backoff(half, 120 * second);
    let by_hand = by_hand.unreadable_for(7_200 * second).recover_unleased(1_800 * second);
    assert_eq!(format!("{:?}", Guild::patient()), format!("{by_hand:?}"));
    let by_hand = queue("Guild.steady").backoff(second, second);
    assert_eq!(format!("{:?}", Guild::steady()), format!("{by_hand:?}"));
    assert_ne!(format!("{by_hand:?}"), format!("{:?}", queue("Guild.steady")));
}
