use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisSession};

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = "birthday")]
    birthdays: RedisCache<String, String>,
    #[rediscache(global = false)]
    shared: RedisQueue<u64>,
    #[rediscache(namespace = "member", global = false)]
    members: RedisQueue<u64>,
    #[rediscache(namespace = "voice")]
    #[rediscache(global = true)]
    voices: RedisQueue<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "chan")]
#[rediscache(global = false)]
struct Outside {
    topics: RedisCache<u64, String>,
    #[rediscache(global = true)]
    inside: RedisCache<u64, String>,
    #[rediscache(namespace = "birthday")]
    birthdays: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(global = true)]
#[expect(non_camel_case_types, reason = "a keyword as the name of a struct")]
struct r#struct {
    r#type: RedisCache<u64, String>,
    größe: RedisCache<u64, String>,
    #[rediscache(namespace = "a \"quoted\" name")]
    quoted: RedisCache<u64, String>,
}

#[test]
fn a_namespace_is_the_struct_and_the_field() {
    assert_eq!(Channel::topics().namespace(), "Channel.topics");
}

#[test]
fn a_field_may_replace_its_whole_namespace() {
    assert_eq!(Channel::birthdays().namespace(), "birthday");
    assert_eq!(Outside::birthdays().namespace(), "birthday");
}

#[test]
fn a_struct_may_replace_its_own_part() {
    assert_eq!(Outside::topics().namespace(), "chan.topics");
}

#[test]
fn a_raw_identifier_counts_without_its_mark() {
    assert_eq!(r#struct::r#type().namespace(), "struct.type");
}

#[test]
fn any_text_may_be_a_namespace() {
    assert_eq!(r#struct::größe().namespace(), "struct.größe");
    assert_eq!(r#struct::quoted().namespace(), "a \"quoted\" name");
}

#[tokio::test]
async fn the_global_namespace_is_in_front_unless_a_key_says_otherwise() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    assert_eq!(Channel::topics().on(&session).key()?, "bot.Channel.topics");
    assert_eq!(Channel::birthdays().on(&session).key()?, "bot.birthday");
    assert_eq!(Channel::shared().on(&session).key()?, "Channel.shared");
    assert_eq!(Channel::members().on(&session).key()?, "member");
    assert_eq!(Channel::voices().on(&session).key()?, "bot.voice");
    assert_eq!(r#struct::r#type().on(&session).key()?, "bot.struct.type");
    Ok(())
}

#[tokio::test]
async fn a_field_overrides_what_its_struct_says_of_the_global_namespace() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    assert_eq!(Outside::topics().on(&session).key()?, "chan.topics");
    assert_eq!(Outside::inside().on(&session).key()?, "bot.chan.inside");
    assert_eq!(Outside::birthdays().on(&session).key()?, "birthday");
    Ok(())
}
