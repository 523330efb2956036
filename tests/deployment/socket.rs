//! Unix sockets.

use rediscache::RedisSession;
use support::Server;

use crate::every::every_operation;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_works_over_a_socket() {
    let server = Server::options().password("a p@ss?").start();
    let session = RedisSession::connect(&format!("{}&db=3", server.socket_url())).await.unwrap();
    every_operation(&session, "a").await.unwrap();
    let info: String = redis::cmd("INFO").arg("keyspace").query(&mut server.raw()).unwrap();
    assert!(info.contains("db3:") && !info.contains("db0:"), "{info}");
}
