//! Where it is mounted: below a path, with and without a slash behind it, and at the root.

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rediscache::RedisSession;
use tower_service::Service;

use crate::client::dashboard;

async fn get(app: &Router, path: &str) -> (u16, String, String) {
    let request = Request::get(path).header("x-role", "reader").body(Body::empty()).expect("it is a request");
    let answer = app.clone().call(request).await.expect("it cannot fail");
    let (head, body) = answer.into_parts();
    let text = body.collect().await.expect("it is read").to_bytes();
    let content_type = head.headers["content-type"].to_str().expect("it is text").to_owned();
    (head.status.as_u16(), content_type, String::from_utf8_lossy(&text).into_owned())
}

/// Where a link of a page leads, as a browser finds it.
fn resolved(page: &str, link: &str) -> String {
    match link.strip_prefix('?') {
        Some(query) => format!("{page}?{query}"),
        None => format!("{}/{link}", page.rsplit_once('/').map_or("", |(folder, _)| folder)),
    }
}

async fn works_at(app: &Router, page: &str) {
    let (status, content_type, text) = get(app, page).await;
    assert_eq!((status, content_type.as_str()), (200, "text/html; charset=utf-8"), "{page}");
    let links: Vec<_> = text.split(['"']).filter(|part| part.contains('.') && !part.contains(' ')).collect();
    assert!(links.contains(&"?start.js") && links.contains(&"?style.css") && links.contains(&"?icon.svg"), "{links:?}");
    for link in links {
        let (status, content_type, _) = get(app, &resolved(page, link)).await;
        assert!(status == 200 && !content_type.starts_with("text/html"), "{page}: {link} leads to {content_type}");
    }
    // What the script asks for after it has put a slash behind the address.
    let folder = page.trim_end_matches('/');
    for path in ["page.js", "dom.js", "api/objects"] {
        assert_eq!(get(app, &format!("{folder}/{path}")).await.0, 200, "{page}: {path}");
    }
}

#[tokio::test]
async fn it_works_below_a_path_with_and_without_a_slash() {
    let session = RedisSession::in_memory();
    let app: Router = Router::new().nest_service("/redis", dashboard(&session));
    works_at(&app, "/redis").await;
    works_at(&app, "/redis/").await;
    let app: Router = Router::new().nest("/admin", Router::new().nest_service("/a/redis", dashboard(&session)));
    works_at(&app, "/admin/a/redis").await;
    works_at(&app, "/admin/a/redis/").await;
}

#[tokio::test]
async fn it_works_at_the_root() {
    let app: Router = Router::new().fallback_service(dashboard(&RedisSession::in_memory()));
    works_at(&app, "/").await;
}

#[tokio::test]
async fn no_file_of_the_page_names_a_place_outside_of_it() {
    let app: Router = Router::new().fallback_service(dashboard(&RedisSession::in_memory()));
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/page")).expect("it is there") {
        let name = file.expect("it is there").file_name().into_string().expect("it is text");
        let (status, _, text) = get(&app, &format!("/{name}")).await;
        assert_eq!(status, 200, "{name} is not served");
        let outside = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("http://") && !outside.contains("https://") && !outside.contains("=\"/"), "{name}");
        for markup in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setAttribute(\"style"]
        {
            assert!(!text.contains(markup), "{name} makes markup of text: {markup}");
        }
    }
}
