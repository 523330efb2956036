use std::net::TcpStream;

use rediscache::{ErrorKind, RedisCache, RedisSession};

use crate::{Server, contract, namespace, peek, peek_all, poke};

contract! {
    async fn raw_bytes_are_what_the_store_holds(session: RedisSession) -> rediscache::Result<()> {
        let names = RedisCache::<u64, String>::new("names").on(&session);
        poke(&session, "names", "i|1", "s|one").await;
        assert_eq!(names.get(1).await?.as_deref(), Some("one"));

        poke(&session, "names", "i|2", b"\0\xff").await;
        assert_eq!(peek(&session, "names", "i|2").await.as_deref(), Some(&b"\0\xff"[..]));
        assert_eq!(names.get(2).await.map_err(|error| error.kind()), Err(ErrorKind::Decode));
        assert_eq!(peek_all(&session, "names").await.len(), 2);
        Ok(())
    }

    async fn a_session_has_a_namespace_of_its_own(session: RedisSession) {
        assert!(session.global_namespace().starts_with("a_session_has_a_namespace_of_its_own-"));
    }
}

#[test]
fn a_namespace_is_fresh_at_each_call() {
    assert_ne!(namespace("a"), namespace("a"));
}

#[tokio::test]
async fn a_server_answers_at_all_its_urls() {
    let server = Server::options().password("a p@ss").args(["--maxclients", "50"]).start();
    for url in [server.url(), server.socket_url()] {
        RedisSession::connect(&url).await.expect("it lets us in");
    }
    assert_ne!(server.url(), server.url_without_password());
    let (_, clients): (String, u32) =
        redis::cmd("CONFIG").arg("GET").arg("maxclients").query(&mut server.raw()).expect("it tells");
    assert_eq!(clients, 50);
}

#[test]
fn a_restarted_server_is_empty_and_on_the_same_port() {
    let mut server = Server::start();
    let (port, url) = (server.port(), server.url());
    redis::cmd("SET").arg("a").arg(1).exec(&mut server.raw()).expect("it stores");
    server.kill();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    server.restart();
    assert_eq!(server.url(), url);
    assert_eq!(redis::cmd("DBSIZE").query::<u64>(&mut server.raw()), Ok(0));
}

#[test]
fn a_dropped_server_is_gone_with_its_folder() {
    let server = Server::start();
    let (port, socket) = (server.port(), server.socket());
    assert!(socket.exists());
    server.pause();
    server.resume();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!socket.parent().expect("it was in a folder").exists());
}
