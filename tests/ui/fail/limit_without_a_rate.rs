use rediscache::{RedisLimit as Limit, RedisNamespaced};

type Logins = Limit<u64>;

#[derive(RedisNamespaced)]
struct Api {
    requests: Limit<String>,
    #[rediscache(burst = 20)]
    logins: Logins,
    #[rediscache(rate = "100/1m")]
    mails: Limit<u64>,
}

fn main() {
    let _ = Api::requests();
    let _ = Api::logins();
    let _ = Api::mails();
}
