use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is answered to a request, given as its parts; an empty answer ends the connection.
type Answers = dyn Fn(&[Vec<u8>]) -> Answer + Send + Sync;

/// An answer, and how often it is sent.
pub(crate) enum Answer {
    Once(Vec<u8>),
    /// Until nobody reads it any more.
    WithoutEnd(Vec<u8>),
}

/// Listens as a server would, and answers so; its port. It ends with the runtime.
pub(crate) async fn listen(answers: impl Fn(&[Vec<u8>]) -> Vec<u8> + Send + Sync + 'static) -> u16 {
    listen_and(move |request| Answer::Once(answers(request))).await
}

pub(crate) async fn listen_and(answers: impl Fn(&[Vec<u8>]) -> Answer + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers: Arc<Answers> = Arc::new(answers);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&answers)));
        }
    });
    port
}

async fn serve(mut stream: TcpStream, answers: Arc<Answers>) {
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
        while let Some(request) = take_request(&mut bytes) {
            match answers(&request) {
                Answer::Once(answer) if answer.is_empty() => return,
                Answer::Once(answer) => {
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
                Answer::WithoutEnd(part) => while stream.write_all(&part).await.is_ok() {},
            }
        }
    }
}

/// Takes the first whole request off; the driver sends arrays of bulk strings alone.
fn take_request(bytes: &mut Vec<u8>) -> Option<Vec<Vec<u8>>> {
    let mut at = 0;
    let number = |at: &mut usize| {
        let line = bytes.get(*at + 1..)?;
        let end = line.windows(2).position(|end| end == b"\r\n")?;
        *at += end + 3;
        std::str::from_utf8(&line[..end]).ok()?.parse::<usize>().ok()
    };
    let mut request = Vec::new();
    for _ in 0..number(&mut at)? {
        let length = number(&mut at)?;
        request.push(bytes.get(at..at + length)?.to_vec());
        at += length + 2;
    }
    if bytes.len() < at {
        return None;
    }
    bytes.drain(..at);
    Some(request)
}

/// What a server answers to those who connect; `None` to all else.
pub(crate) fn welcome(request: &[Vec<u8>]) -> Option<&'static [u8]> {
    Some(match &*request[0].to_ascii_uppercase() {
        b"HELLO" => b"%1\r\n+proto\r\n:3\r\n",
        b"PING" => b"+PONG\r\n",
        b"CLIENT" | b"AUTH" | b"SELECT" => b"+OK\r\n",
        _ => return None,
    })
}
