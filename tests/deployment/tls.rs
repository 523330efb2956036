//! Certificates.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisSessionBuilder};
use support::{Server, free_port};
use tempfile::TempDir;

use crate::soon;

/// Who signs certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a host, and its key.
    fn sign(&self, host: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, host);
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// A server with a certificate for `localhost`.
struct Scene {
    authority: Authority,
    server: Server,
    port: u16,
    _folder: TempDir,
}

impl Scene {
    fn new(clients: &str) -> Self {
        let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
        let (certificate, key) = authority.sign("localhost");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let port = free_port();
        let server = Server::options()
            .args(["--tls-port", &port.to_string(), "--tls-auth-clients", clients])
            .args(["--tls-cert-file", &file("cert.pem", &certificate), "--tls-key-file", &file("key.pem", &key)])
            .args(["--tls-ca-cert-file", &file("ca.pem", &authority.pem)])
            .start();
        assert!(Path::new(&server.socket()).exists());
        Self { authority, server, port, _folder: folder }
    }

    fn at(&self, host: &str) -> RedisSessionBuilder {
        RedisSession::builder(format!("rediss://{host}:{}", self.port))
    }

    fn trusting(&self) -> RedisSessionBuilder {
        self.at("localhost").root_certificate(self.authority.pem.clone())
    }
}

/// Calls, and waits on a connection of their own.
async fn works(session: &RedisSession) {
    let cache = RedisCache::<u64, u64>::new("cache").on(session);
    cache.set(1, 1).await.unwrap();
    let queue = RedisQueue::<u64>::new("queue").on(session);
    let waiting = tokio::spawn(queue.get());
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    queue.put(7).await.unwrap();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), 7);
}

async fn is_refused(builder: RedisSessionBuilder) {
    let error = builder.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.to_string().contains("certificates"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_ones_own_authority_is_trusted_and_no_other() {
    let scene = Scene::new("no");
    works(&scene.trusting().connect().await.unwrap()).await;
    is_refused(scene.at("localhost")).await;
    is_refused(scene.at("localhost").root_certificate(Authority::new().pem)).await;
    // It is for another name.
    is_refused(scene.at("127.0.0.1").root_certificate(scene.authority.pem.clone())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_must_show_a_certificate_shows_it() {
    let scene = Scene::new("yes");
    let (certificate, key) = scene.authority.sign("bot");
    works(&scene.trusting().client_certificate(certificate, key).connect().await.unwrap()).await;
    let (forged, key) = Authority::new().sign("bot");
    for builder in [scene.trusting(), scene.trusting().client_certificate(forged, key)] {
        let error = builder.connect().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Config), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anything_is_trusted_where_that_was_asked_for() {
    let scene = Scene::new("no");
    works(&scene.at("127.0.0.1").dangerously_accept_any_certificate().connect().await.unwrap()).await;
}

#[tokio::test]
async fn a_mistake_in_the_options_is_told_before_anything_is_sent() {
    let scene = Scene::new("no");
    let (certificate, key) = scene.authority.sign("bot");
    for builder in [
        scene.at("localhost").root_certificate("no certificate"),
        scene.trusting().client_certificate("no certificate", key.clone()),
        scene.trusting().client_certificate(certificate.clone(), "no key"),
        // Without TLS they would be for nothing.
        RedisSession::builder(scene.server.url()).root_certificate(scene.authority.pem.clone()),
        RedisSession::builder(scene.server.url()).client_certificate(certificate, key.clone()),
        RedisSession::builder(scene.server.url()).dangerously_accept_any_certificate(),
    ] {
        let error = builder.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(!format!("{error:?}").contains(key.lines().nth(1).unwrap()));
    }
}
