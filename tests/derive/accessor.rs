use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisSession};

/// Another name for a cache type.
type Topics = RedisCache<u64, String>;

#[derive(RedisNamespaced)]
struct Channel {
    topics: Topics,
    outbox: RedisQueue<String>,
    #[rediscache(accessor = "todo")]
    reminders: rediscache::RedisTaskQueue<String>,
    #[rediscache(accessor = "r#fn")]
    function: RedisQueue<String>,
    r#type: RedisCache<u64, String>,
    #[rediscache(skip)]
    id: u64,
    #[cfg(not(test))]
    compiled_out: NoSuchType,
    #[cfg(test)]
    compiled_in: RedisQueue<u64>,
    #[cfg_attr(test, rediscache(accessor = "renamed"))]
    conditional: RedisQueue<u64>,
}

mod visibility {
    use rediscache::{RedisCache, RedisNamespaced};

    #[derive(RedisNamespaced)]
    pub(crate) struct Guild {
        pub(crate) of_the_crate: RedisCache<u64, String>,
        pub(super) of_the_parent: RedisCache<u64, String>,
        pub(in crate::accessor) of_a_path: RedisCache<u64, String>,
        of_the_module: RedisCache<u64, String>,
    }

    #[test]
    fn a_private_accessor_is_visible_in_its_module() {
        assert_eq!(Guild::of_the_module().namespace(), "Guild.of_the_module");
    }
}

#[test]
fn an_accessor_returns_the_type_of_its_field() {
    let topics: RedisCache<u64, String> = Channel::topics();
    let outbox: RedisQueue<String> = Channel::outbox();
    let reminders: rediscache::RedisTaskQueue<String> = Channel::todo();
    let names = [topics.namespace(), outbox.namespace(), reminders.namespace()];
    assert_eq!(names, ["Channel.topics", "Channel.outbox", "Channel.reminders"]);
}

#[test]
fn an_accessor_has_the_visibility_of_its_field() {
    use visibility::Guild;

    assert_eq!(Guild::of_the_crate().namespace(), "Guild.of_the_crate");
    assert_eq!(Guild::of_the_parent().namespace(), "Guild.of_the_parent");
    assert_eq!(Guild::of_a_path().namespace(), "Guild.of_a_path");
}

#[test]
fn a_keyword_may_name_a_field_or_an_accessor() {
    assert_eq!(Channel::r#type().namespace(), "Channel.type");
    assert_eq!(Channel::r#fn().namespace(), "Channel.function");
}

#[test]
fn a_field_that_is_compiled_out_has_no_accessor() {
    let fields: Vec<_> = Channel::objects().iter().map(|object| object.field().to_owned()).collect();
    assert!(!fields.contains(&"compiled_out".to_owned()));
    assert_eq!(Channel::compiled_in().namespace(), "Channel.compiled_in");
    assert_eq!(Channel::renamed().namespace(), "Channel.conditional");
}

#[test]
fn a_struct_can_still_be_built_from_its_accessors() {
    let channel = Channel {
        topics: Channel::topics(),
        outbox: Channel::outbox(),
        reminders: Channel::todo(),
        function: Channel::r#fn(),
        r#type: Channel::r#type(),
        id: 7,
        compiled_in: Channel::compiled_in(),
        conditional: Channel::renamed(),
    };
    assert_eq!(channel.topics.namespace(), "Channel.topics");
    assert_eq!(channel.id, 7);
}

#[tokio::test]
async fn an_accessor_reaches_the_same_data_at_each_call() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    Channel::topics().on(&session).set(42, "rust").await?;
    assert_eq!(Channel::topics().on(&session).get(42).await?.as_deref(), Some("rust"));
    Ok(())
}
