use rediscache::{ObjectInfo, ObjectKind, RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};

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
