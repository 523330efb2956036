use rediscache::{RedisCache, RedisNamespaced};

struct UserV1;

impl From<UserV1> for String {
    fn from(_: UserV1) -> Self {
        Self::new()
    }
}

#[derive(RedisNamespaced)]
struct Member {
    #[rediscache(from(UserV1))]
    users: RedisCache<u64, String>,
    #[rediscache(from(Missing))]
    names: RedisCache<u64, String>,
}

fn main() {
    let _ = (Member::users(), Member::names());
}
