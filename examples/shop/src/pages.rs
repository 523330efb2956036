//! The pages: read from the cache, which asks the database for what it does not have.

use axum::extract::{Path, State};

use crate::App;
use crate::failure::Failure;

/// However many ask for a page at once, in however many processes, the database is asked once.
pub(crate) async fn show(State(app): State<App>, Path(number): Path<u32>) -> Result<String, Failure> {
    let page = app.cache.pages().get_or_load(number, move || async move { app.database.page(number).await }).await?;
    let page = page.ok_or(Failure::NO_SUCH_PAGE)?;
    Ok(format!("{}: {}.{:02} €\n", page.title, page.cents / 100, page.cents % 100))
}

/// First the database, then the cache: whoever asks after this gets the new price, also when the old one is being loaded.
pub(crate) async fn set_price(State(app): State<App>, Path(number): Path<u32>, cents: String) -> Result<(), Failure> {
    let Ok(cents) = cents.trim().parse() else { return Err(Failure::NO_PRICE) };
    if !app.database.set_price(number, cents).await? {
        return Err(Failure::NO_SUCH_PAGE);
    }
    app.cache.pages().delete(number).await?;
    Ok(())
}

/// What the cache was good for.
pub(crate) async fn stats(State(app): State<App>) -> String {
    let stats = app.cache.pages().stats();
    format!("{} hits, {} misses, {} loads\n", stats.hits(), stats.misses(), stats.loads())
}
