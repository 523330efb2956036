//! The shop, run as a user runs it, and asked over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;

/// A shop that is open. Dropping it closes it.
struct Shop {
    process: Child,
    address: String,
}

impl Shop {
    /// Opens it on a free port, on the embedded store and a database in memory.
    fn open() -> Self {
        let mut shop = Command::new(env!("CARGO_BIN_EXE_shop"));
        shop.env_remove("REDISCACHE_URL").env_remove("SHOP_DATABASE").env("SHOP_ADDRESS", "127.0.0.1:0");
        let mut process = shop.stdout(Stdio::piped()).spawn().expect("it can be run");
        let output = process.stdout.take().expect("its output is a pipe");
        let line = BufReader::new(output).lines().next().expect("it says where it is").expect("in UTF-8");
        let address = line.strip_prefix("the shop is open at http://").expect("and nothing else").to_owned();
        Self { process, address }
    }

    /// The status and the body of the answer.
    fn ask(&self, request: &str, token: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path}"), "", "")
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answer(status: u16, body: &str) -> (u16, String) {
    (status, body.to_owned())
}

#[test]
fn a_customer_reads_pages_logs_in_and_is_not_let_in_too_often() {
    let shop = Shop::open();

    // Who asks at once shares one load; what there is not is kept, too.
    thread::scope(|scope| {
        let readers: Vec<_> = (0..8).map(|_| scope.spawn(|| shop.get("/pages/1"))).collect();
        for reader in readers {
            assert_eq!(reader.join().expect("it does not panic"), answer(200, "Assam: 5.50 €\n"));
        }
    });
    for _ in 0..2 {
        assert_eq!(shop.get("/pages/9"), answer(404, "there is no such page\n"));
    }
    let (_, stats) = shop.get("/stats");
    assert!(stats.ends_with(" 2 loads\n"), "{stats}");

    assert_eq!(shop.ask("PUT /pages/1/price", "", "600"), answer(200, ""));
    assert_eq!(shop.get("/pages/1"), answer(200, "Assam: 6.00 €\n"));

    assert_eq!(shop.get("/me"), answer(401, "log in first\n"));
    let (status, token) = shop.ask("POST /login", "", "ada");
    assert_eq!(status, 200);
    assert_eq!(shop.ask("GET /me", token.trim(), ""), answer(200, "you are ada\n"));
    assert_eq!(shop.ask("POST /logout", token.trim(), ""), answer(200, ""));
    assert_eq!(shop.ask("GET /me", token.trim(), ""), answer(401, "log in first\n"));

    let refused = (0..100).map(|_| shop.get("/stats")).find(|(status, _)| *status != 200);
    assert_eq!(refused, Some(answer(429, "not so fast\n")));
}
