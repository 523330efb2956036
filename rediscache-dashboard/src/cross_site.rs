//! Requests that another site had a browser send: the rule of `CrossOriginProtection` of Go 1.25.

use http::header::{HOST, ORIGIN};
use http::request::Parts;

/// Whether a request that changes something may have come from the page of another site.
///
/// Every browser since 2023 sends `Sec-Fetch-Site`, which no page can forge. An older one sends `Origin`. Who sends neither is no
/// browser, and has no cookies that others could use.
pub(crate) fn is_forged(request: &Parts) -> bool {
    if request.method.is_safe() {
        return false;
    }
    if let Some(site) = request.headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    match request.headers.get(ORIGIN) {
        None => false,
        Some(origin) => {
            let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
            origin.is_none_or(|(_, host)| Some(host) != host_of(request))
        }
    }
}

/// The host and port that the request is for.
fn host_of(request: &Parts) -> Option<&str> {
    match request.headers.get(HOST) {
        Some(host) => host.to_str().ok(),
        // In HTTP/2 it stands in the address.
        None => request.uri.authority().map(http::uri::Authority::as_str),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::is_forged;

    fn forged(method: &str, headers: &[(&str, &str)]) -> bool {
        let request = headers
            .iter()
            .fold(Request::builder().method(method), |request, (name, value)| request.header(*name, *value));
        is_forged(&request.body(()).expect("it is a request").into_parts().0)
    }

    #[test]
    fn what_only_reads_passes() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(!forged(method, &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]));
        }
    }

    #[test]
    fn the_browser_is_believed_before_the_origin() {
        let site =
            |site| forged("POST", &[("sec-fetch-site", site), ("origin", "https://a.example"), ("host", "a.example")]);
        assert!(!site("same-origin") && !site("none"));
        assert!(site("same-site") && site("cross-site") && site("") && site("anything"));
    }

    #[test]
    fn an_older_browser_is_told_by_its_origin() {
        let from = |origin| forged("POST", &[("origin", origin), ("host", "a.example:8080")]);
        assert!(!from("http://a.example:8080") && !from("https://a.example:8080"));
        assert!(from("http://a.example") && from("https://evil.example") && from("null") && from(""));
        assert!(forged("POST", &[("origin", "https://a.example")]), "it does not say for whom it is");
    }

    #[test]
    fn what_is_no_browser_passes() {
        assert!(!forged("POST", &[]) && !forged("DELETE", &[("host", "a.example")]));
    }
}
