//! What a customer is told when something fails.

use std::error::Error;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    message: &'static str,
}

impl Failure {
    pub(crate) const NO_SUCH_PAGE: Self = Self { status: StatusCode::NOT_FOUND, message: "there is no such page\n" };
    pub(crate) const NO_PRICE: Self = Self { status: StatusCode::BAD_REQUEST, message: "say the price in cents\n" };
    pub(crate) const NO_NAME: Self = Self { status: StatusCode::BAD_REQUEST, message: "say your name\n" };
    pub(crate) const NOT_LOGGED_IN: Self = Self { status: StatusCode::UNAUTHORIZED, message: "log in first\n" };
}

/// Whatever failed is ours to know, and not the customer's.
impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            said = format!("{said}: {error}");
            cause = error.source();
        }
        eprintln!("{said}");
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message: "please come again in a minute\n" }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, self.message).into_response()
    }
}
