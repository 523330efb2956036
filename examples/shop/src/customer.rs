//! Logging in and out. A session lives until its customer has not asked for anything for half an hour.

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::App;
use crate::cache::Login;
use crate::failure::Failure;

/// Takes a name, and gives the token of a new session.
pub(crate) async fn log_in(State(app): State<App>, name: String) -> Result<String, Failure> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(Failure::NO_NAME);
    }
    let token = Uuid::new_v4();
    app.cache.sessions().set(token, Login { name }).await?;
    Ok(format!("{token}\n"))
}

pub(crate) async fn show(customer: Login) -> String {
    format!("you are {}\n", customer.name)
}

pub(crate) async fn log_out(State(app): State<App>, headers: HeaderMap) -> Result<(), Failure> {
    let token = token(&headers).ok_or(Failure::NOT_LOGGED_IN)?;
    app.cache.sessions().delete(token).await?;
    Ok(())
}

/// Whoever asks for a `Login` in a handler has it from the token of the request.
impl FromRequestParts<App> for Login {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = token(&parts.headers).ok_or(Failure::NOT_LOGGED_IN)?;
        app.cache.sessions().get(token).await?.ok_or(Failure::NOT_LOGGED_IN)
    }
}

fn token(headers: &HeaderMap) -> Option<Uuid> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?.parse().ok()
}
