use rediscache::{
    ObjectInfo, ObjectKind, RedisCache, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue, Shape,
};
use support::{Raw, RawBytes};

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = "out", accessor = "out")]
    outbox: RedisQueue<String>,
    #[rediscache(skip)]
    _id: u64,
    r#type: RedisTaskQueue<Vec<u8>>,
}

#[derive(RedisNamespaced)]
struct Empty {}

/// A field may use the name of anything that the trait has.
#[derive(RedisNamespaced)]
struct Taken {
    objects: RedisCache<u64, String>,
}

/// Lists the objects of any such struct.
fn namespaces<T: RedisNamespaced>() -> Vec<String> {
    T::objects().iter().map(|object| object.namespace().to_owned()).collect()
}

#[test]
fn every_object_is_listed_in_the_order_of_the_fields() {
    let objects = Channel::objects();
    let fields: Vec<_> = objects.iter().map(ObjectInfo::field).collect();
    let kinds: Vec<_> = objects.iter().map(ObjectInfo::kind).collect();
    assert_eq!(fields, ["topics", "outbox", "type"]);
    assert_eq!(kinds, [ObjectKind::Cache, ObjectKind::Queue, ObjectKind::TaskQueue]);
    assert_eq!(namespaces::<Channel>(), ["Channel.topics", "out", "Channel.type"]);
}

#[test]
fn an_object_names_its_key_and_value_types() {
    let objects = Channel::objects();
    assert_eq!(objects[0].key_type(), Some("u64"));
    assert_eq!(objects[0].value_type(), "alloc::string::String");
    assert_eq!(objects[1].key_type(), None);
    assert_eq!(objects[2].value_type(), "alloc::vec::Vec<u8>");
}

#[test]
fn a_struct_without_cache_fields_lists_nothing() {
    assert!(Empty::objects().is_empty());
}

#[test]
fn an_accessor_may_be_called_objects() {
    assert_eq!(Taken::objects().namespace(), "Taken.objects");
    assert_eq!(namespaces::<Taken>(), ["Taken.objects"]);
}

#[test]
fn an_object_tells_the_shapes_of_its_types() {
    let objects = Channel::objects();
    assert_eq!(objects[0].key_shape(), Some(Shape::of::<u64>()));
    assert_eq!(objects[0].value_shape(), Shape::of::<String>());
    assert_eq!((objects[1].key_shape(), objects[2].value_shape()), (None, Shape::of::<Vec<u8>>()));
}

#[test]
fn two_descriptions_of_one_object_are_equal() {
    assert_eq!(Channel::objects(), Channel::objects());
    assert_ne!(Channel::objects()[0], <Taken as RedisNamespaced>::objects()[0]);
    assert!(format!("{:?}", Channel::objects()[0]).contains("Channel.topics"));
}

#[tokio::test]
async fn a_record_names_the_crate_of_the_struct() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    session.scope(Channel::topics().set(1, "one")).await?;
    let records = RedisCache::<RawBytes, RawBytes, Raw>::new("bot.$objects").without_global_namespace().on(&session);
    let record = records.get(RawBytes::from("Channel.topics")).await?.expect("it is on record");
    let record: serde_json::Value = serde_json::from_slice(&record.0).expect("it is JSON");
    let programs = record["objects"][0]["programs"].as_object().expect("they are listed");
    assert_eq!(programs.keys().collect::<Vec<_>>(), [env!("CARGO_PKG_NAME")]);
    Ok(())
}
