//! The slow database: SQLite, which takes a while over each question here.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result};
use tokio::task::spawn_blocking;

use crate::cache::Page;

/// How long each question takes at least.
const SLOWNESS: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub(crate) fn open(path: &str) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS pages (number INTEGER PRIMARY KEY, title TEXT NOT NULL, cents INTEGER NOT NULL);
             INSERT OR IGNORE INTO pages VALUES (1, 'Assam', 550), (2, 'Darjeeling', 790), (3, 'Lapsang Souchong', 1190);",
        )?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    pub(crate) async fn page(&self, number: u32) -> Result<Option<Page>> {
        self.ask(move |connection| {
            connection
                .query_row("SELECT title, cents FROM pages WHERE number = ?1", [number], |row| {
                    Ok(Page { title: row.get(0)?, cents: row.get(1)? })
                })
                .optional()
        })
        .await
    }

    /// Whether there is such a page.
    pub(crate) async fn set_price(&self, number: u32, cents: u32) -> Result<bool> {
        self.ask(move |connection| {
            let changed = connection.execute("UPDATE pages SET cents = ?2 WHERE number = ?1", [number, cents])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn ask<T>(&self, question: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T>
    where
        T: Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        let answer = spawn_blocking(move || {
            thread::sleep(SLOWNESS);
            question(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        answer.await.expect("no question panics")
    }
}
