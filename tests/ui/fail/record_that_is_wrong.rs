use rediscache::{RedisNamespaced, RedisValue};

#[derive(RedisNamespaced)]
#[rediscache(record = true)]
struct WithAValue {
    threshold: RedisValue<f64>,
}

#[derive(RedisNamespaced)]
struct OnAField {
    #[rediscache(record)]
    threshold: RedisValue<f64>,
}

#[derive(RedisNamespaced)]
#[rediscache(record, namespace = "settings")]
struct WithTheNameOfTheRecord {
    threshold: RedisValue<f64>,
    #[rediscache(namespace = "settings")]
    name: RedisValue<String>,
}

fn main() {
    let _ = (WithAValue::threshold(), OnAField::threshold(), WithTheNameOfTheRecord::name());
}
