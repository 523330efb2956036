use std::ffi::OsStr;

use rediscache::{ErrorKind, RedisQueue, RedisSession};
use support::{Server, free_port};

use crate::names;
use crate::small_process::in_a_small_process_with;

const URL: &str = "REDISCACHE_TEST_TLS_URL";

/// A certificate is trusted by those who have it in `SSL_CERT_FILE`, and by nobody else.
#[test]
fn a_server_is_talked_to_over_tls_if_its_certificate_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, signed.cert.pem()).unwrap();
    std::fs::write(&key, signed.signing_key.serialize_pem()).unwrap();
    let port = free_port();
    let _server = Server::options()
        .args(["--tls-port", &port.to_string(), "--tls-auth-clients", "no"])
        .args(["--tls-cert-file", certificate.to_str().unwrap(), "--tls-key-file", key.to_str().unwrap()])
        .args(["--tls-ca-cert-file", certificate.to_str().unwrap()])
        .start();
    let url = format!("rediss://localhost:{port}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = "tls::a_server_is_talked_to_over_tls_if_its_certificate_is_trusted";
    let variables = [("SSL_CERT_FILE", Some(certificate.as_os_str())), (URL, Some(OsStr::new(&url)))];
    in_a_small_process_with(test, &variables, || {
        runtime.block_on(async {
            let session = RedisSession::connect(&std::env::var(URL).unwrap()).await.unwrap();
            names(&session).set(1, "one").await.unwrap();
            assert_eq!(names(&session).get(1).await.unwrap().as_deref(), Some("one"));
            let waiting = tokio::spawn(RedisQueue::<u64>::new("queue").on(&session).get());
            tokio::task::yield_now().await;
            RedisQueue::<u64>::new("queue").on(&session).put(7).await.unwrap();
            assert_eq!(waiting.await.unwrap().unwrap(), 7);
            session.close().await.unwrap();
        });
    });

    let refused = runtime.block_on(RedisSession::connect(&url));
    if std::env::var_os(URL).is_none() {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(error.to_string().contains("certificates"), "{error}");
        let plain = url.replace("rediss://", "redis://");
        let error = runtime.block_on(RedisSession::connect(&plain)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(error.to_string().contains("write `rediss://`"), "{error}");
    }
}
