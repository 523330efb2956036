//! The service: who asks is looked at first, then what for.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use rediscache::{RedisNamespaced, RedisSession};
use tower_service::Service;

use crate::access::Access;
use crate::answer::{self, Answer, JSON};
use crate::api::{self, Findings};
use crate::body::DashboardBody;
use crate::cross_site;
use crate::figures::Figures;
use crate::files;
use crate::live::Live;
use crate::objects::Objects;

/// The most that a request may carry: a value that is longer is not edited by hand.
const LONGEST_REQUEST: usize = 4 << 20;

/// A page that shows what a program keeps, as a [`tower_service::Service`].
///
/// To be mounted under any path by what takes that path away from requests, as axum's `nest_service` does, or at the root. It shows
/// the objects of each struct [`with`](Self::with) which it was made, bound to its session; of a [family](rediscache::families) the
/// ids that there are, and the objects of each. Clones show the same, and what is live is found out once for all who look.
///
/// # Redis
///
/// While somebody looks, each object is asked once a second how much it holds, in one or two round trips; while that takes long,
/// seldom. The objects of one of a family are asked every three seconds while somebody looks at them, by each who does. While nobody
/// looks, nothing is sent. Entries and ids are read a page at a time (`HSCAN`, `SSCAN`, `ZSCAN`, `SCAN`, `LRANGE`, never `KEYS`).
///
/// # Errors
///
/// Every request is answered: 403 to whom [`access`](Self::access) gives too little and to what the page of another site sent, 404
/// for what is not there, 422 for what the type of an object refuses, 503 while the store cannot be reached.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisQueue, RedisSession};
/// use rediscache_dashboard::{Access, Dashboard};
///
/// #[derive(RedisNamespaced)]
/// struct Outgoing {
///     mails: RedisQueue<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let session = RedisSession::in_memory();
/// let dashboard = Dashboard::new(&session).with::<Outgoing>().access(|_| Access::Reader);
/// let app: axum::Router = axum::Router::new().nest_service("/redis", dashboard);
/// # let mut app = app;
/// # for (path, status) in [("/redis", 200), ("/redis/", 200), ("/redis/api/objects", 200), ("/redis/nothing", 404), ("/", 404)] {
/// #     let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
/// #     assert_eq!(tower_service::Service::call(&mut app, request).await.unwrap().status(), status, "{path}");
/// # }
/// # }
/// ```
#[derive(Clone)]
pub struct Dashboard(Arc<Parted>);

/// What clones share.
#[derive(Clone)]
struct Parted {
    session: RedisSession,
    objects: Objects,
    findings: Findings,
    access: Arc<dyn Fn(&Parts) -> Access + Send + Sync>,
    live: Arc<Live>,
    figures: Arc<Figures>,
}

impl Dashboard {
    /// Makes one that shows nothing yet, to nobody.
    #[must_use]
    pub fn new(session: &RedisSession) -> Self {
        Self(Arc::new(Parted {
            session: session.clone(),
            objects: Objects::default(),
            findings: Findings::default(),
            access: Arc::new(|_| Access::Nobody),
            live: Arc::new(Live::new(session)),
            figures: Arc::new(Figures::new(session)),
        }))
    }

    /// Shows the objects of a struct, too; of a family those of each id.
    #[must_use]
    pub fn with<T: RedisNamespaced>(mut self) -> Self {
        let parts = Arc::make_mut(&mut self.0);
        parts.objects.add::<T>(&parts.session);
        parts.findings.add::<T>();
        self
    }

    /// Says who sees what, by the head of each request; without it, nobody sees anything.
    ///
    /// Everything behind an `Access::All` may be done by whoever can have that said of a request. What logs people in stands before
    /// this service, and leaves what it knows in the request's extensions. Cookies are safe to go by: what the page of another site
    /// sends is refused.
    ///
    /// It is asked again for each request; a page that is open asks at least every ten seconds.
    #[must_use]
    pub fn access(mut self, access: impl Fn(&Parts) -> Access + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.0).access = Arc::new(access);
        self
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard").field("objects", &self.0.objects).finish_non_exhaustive()
    }
}

impl<B> Service<Request<B>> for Dashboard
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<DashboardBody>;
    type Error = Infallible;
    type Future = DashboardFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> DashboardFuture {
        let (dashboard, (parts, body)) = (Arc::clone(&self.0), request.into_parts());
        DashboardFuture(Box::pin(async move { dashboard.answer(parts, body).await }))
    }
}

/// The response of a [`Dashboard`] as a future.
///
/// # Cancel safety
///
/// A change that was asked for is made, or not.
pub struct DashboardFuture(Pin<Box<dyn Future<Output = Answer> + Send>>);

impl Future for DashboardFuture {
    type Output = Result<Response<DashboardBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}

impl fmt::Debug for DashboardFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DashboardFuture").finish_non_exhaustive()
    }
}

impl Parted {
    async fn answer<B>(&self, request: Parts, body: B) -> Answer
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (path, query) = (request.uri.path(), request.uri.query());
        let is_read = matches!(request.method, Method::GET | Method::HEAD);
        if let Some(file) = files::open_file(path, query).filter(|_| is_read) {
            return answer::of(StatusCode::OK, file.content_type, file.content);
        }
        let access = (self.access)(&request);
        if access == Access::Nobody {
            return refusal(path);
        }
        self.figures.begin();
        let file = files::file(path, query);
        match request.method {
            Method::GET | Method::HEAD => match file {
                Some(file) => answer::of(StatusCode::OK, file.content_type, file.content),
                None => api::read(&self.source(access), path, query).await,
            },
            Method::POST if file.is_none() => match changing(&request, access, body).await {
                Ok(body) => api::change(&self.objects, path, query, &body).await,
                Err((status, message)) => answer::failure(status, message),
            },
            _ => not_allowed(file.is_some()),
        }
    }

    fn source(&self, access: Access) -> api::Source<'_> {
        api::Source {
            session: &self.session,
            objects: &self.objects,
            findings: &self.findings,
            live: &self.live,
            figures: &self.figures,
            access,
        }
    }
}

/// What a request carries that may change something.
async fn changing<B>(request: &Parts, access: Access, body: B) -> Result<Bytes, (StatusCode, &'static str)>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let refused = |status, message| Err((status, message));
    if cross_site::is_forged(request) {
        return refused(StatusCode::FORBIDDEN, "the page of another site sent this request");
    }
    if access != Access::All {
        return refused(StatusCode::FORBIDDEN, "you may look, and change nothing");
    }
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().map(str::trim) != Some(JSON) {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the request must be JSON, and say so");
    }
    match Limited::new(body, LONGEST_REQUEST).collect().await {
        Ok(body) => {
            let mut body = body.aggregate();
            Ok(body.copy_to_bytes(body.remaining()))
        }
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            refused(StatusCode::PAYLOAD_TOO_LARGE, "the request is longer than 4 MiB")
        }
        Err(_) => refused(StatusCode::BAD_REQUEST, "the request ended early"),
    }
}

/// To whoever may see nothing: a page at the root, and JSON to what asks for data.
fn refusal(path: &str) -> Answer {
    match files::refusal().filter(|_| files::is_root(path)) {
        Some(file) => answer::of(StatusCode::FORBIDDEN, file.content_type, file.content),
        None => answer::failure(StatusCode::FORBIDDEN, "nothing is shown to you"),
    }
}

fn not_allowed(is_file: bool) -> Answer {
    let mut answer = answer::failure(StatusCode::METHOD_NOT_ALLOWED, "this is not done here");
    let allowed = if is_file { "GET, HEAD" } else { "GET, HEAD, POST" };
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
