use redis::cmd;

use super::hash::with_all;
use super::request::Effect;
use super::{RedisStore, script};
use crate::backend::Packed;
use crate::error::Result;

impl RedisStore {
    pub(crate) async fn push(&self, key: &str, items: &Packed) -> Result<()> {
        self.pushes.call(key, items).await
    }

    pub(crate) async fn take(&self, key: &str, limit: usize) -> Result<Vec<Vec<u8>>> {
        // Without the `Option`, an absent list would not be told from a reply of another form.
        let items: Option<Vec<Vec<u8>>> = self.router.query(cmd("RPOP").arg(key).arg(limit)).await?;
        Ok(items.unwrap_or_default())
    }

    pub(crate) async fn put_back(&self, key: &str, items: &Packed, token: u64) -> Result<()> {
        let Ok(token) = self.beside(key, &format!("$returned:{token:016x}")) else {
            // On a cluster there may be no place beside the key.
            return self.router.query(&with_all("RPUSH", key, items)).await;
        };
        let mut script = script::PUT_BACK.keys(&[key.to_owned(), token]);
        script.has_effect(Effect::Idempotent);
        for item in items.iter() {
            script.arg(item);
        }
        self.router.invoke(&script).await
    }

    pub(crate) async fn list_len(&self, key: &str) -> Result<u64> {
        self.router.query(cmd("LLEN").arg(key)).await
    }

    pub(crate) async fn list_items(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        let mut items: Vec<Vec<u8>> = self.router.query(cmd("LRANGE").arg(key).arg(0).arg(-1)).await?;
        items.reverse();
        Ok(items)
    }
}
