//! A struct whose values are fields of one hash.

use rediscache::{
    InRecord, ObjectKind, OwnKey, RedisCache, RedisNamespaced, RedisSession, RedisTtlCache, RedisValue, Typestring,
};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

type Number = RedisValue<u64>;

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Settings {
    /// Above it, all is closed.
    threshold: Number,
    r#type: RedisValue<(u64, String)>,
    #[rediscache(accessor = "title", version = 2, from((String, u8)), unreadable = "absent", timeout = "20s")]
    name: RedisValue<Title>,
    #[rediscache(namespace = "visits")]
    visits: Number,
    #[rediscache(global = false)]
    shared: Number,
    #[rediscache(skip)]
    _other: u8,
    #[rediscache(ttl = "10m")]
    pages: RedisTtlCache<u64, String>,
    names: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "settings", global = false, record)]
struct Outside {
    threshold: Number,
    own: RedisValue<Self>,
}

impl Serialize for Outside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Outside {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer)?;
        Err(D::Error::custom("it is never built"))
    }
}

#[derive(Serialize, Deserialize)]
struct Title {
    text: String,
}

impl From<(String, u8)> for Title {
    fn from((text, _): (String, u8)) -> Self {
        Self { text }
    }
}

/// Without `record`.
#[derive(RedisNamespaced)]
struct Alone {
    threshold: Number,
}

#[tokio::test]
async fn values_of_a_record_share_the_key_of_the_struct() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    let (settings, outside) = (Settings::on(&session), Outside::on(&session));
    let threshold: RedisValue<u64, Typestring, InRecord> = settings.threshold();
    assert_eq!((threshold.namespace(), threshold.key()?.as_str()), ("Settings.threshold", "bot.Settings"));
    assert_eq!((settings.r#type().namespace(), settings.r#type().key()?.as_str()), ("Settings.type", "bot.Settings"));
    assert_eq!((settings.title().namespace(), settings.title().key()?.as_str()), ("Settings.name", "bot.Settings"));
    assert_eq!(outside.threshold().key()?, "settings");
    assert_eq!(outside.own().key()?, "settings");
    Ok(())
}

#[tokio::test]
async fn a_field_with_a_namespace_of_its_own_is_not_in_the_record() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    let settings = Settings::on(&session);
    let visits: RedisValue<u64, Typestring, OwnKey> = settings.visits();
    assert_eq!(visits.key()?, "bot.visits");
    assert_eq!(settings.shared().key()?, "Settings.shared");
    assert_eq!(settings.pages().key()?, "bot.Settings.pages");
    assert_eq!(settings.names().key()?, "bot.Settings.names");
    assert_eq!(Alone::threshold().on(&session).key()?, "bot.Alone.threshold");
    Ok(())
}

#[test]
fn the_objects_of_a_record_are_listed_by_their_own_names() {
    let listed: Vec<_> =
        Settings::objects().iter().map(|object| (object.namespace().to_owned(), object.kind())).collect();
    let expected = [
        ("Settings.threshold", ObjectKind::RecordField),
        ("Settings.type", ObjectKind::RecordField),
        ("Settings.name", ObjectKind::RecordField),
        ("visits", ObjectKind::Value),
        ("Settings.shared", ObjectKind::Value),
        ("Settings.pages", ObjectKind::TtlCache),
        ("Settings.names", ObjectKind::Cache),
    ];
    assert_eq!(listed, expected.map(|(namespace, kind)| (namespace.to_owned(), kind)));
}
