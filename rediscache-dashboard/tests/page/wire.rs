//! As much of HTTP as a WebDriver needs: one request on a connection, JSON both ways.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a WebDriver on this port answers, whether it is good or an error.
pub(crate) async fn ask(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let body = if method == "POST" { body.to_string() } else { String::new() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("the driver listens");
    connection.write_all(format!("{head}{body}").as_bytes()).await.expect("it takes a request");
    let answer = read(&mut connection).await;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"));
    answer["value"].clone()
}

/// The body of a response, which is as long as its head says.
async fn read(connection: &mut TcpStream) -> String {
    let (mut all, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let count = connection.read(&mut chunk).await.expect("it answers");
        all.extend(&chunk[..count]);
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").map(|end| end + 4);
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&all[..end]).to_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if count == 0 || length.is_some_and(|length| all.len() >= end + length) {
                return String::from_utf8(all.split_off(end)).expect("it is text");
            }
        }
        assert!(count > 0, "the driver ended early");
    }
}
