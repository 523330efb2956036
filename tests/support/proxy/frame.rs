//! Where one request or reply ends. <https://redis.io/docs/latest/develop/reference/protocol-spec/>

/// These bytes are not Redis's protocol.
#[derive(Debug, PartialEq)]
pub(super) struct Foreign;

/// The length of the first request or reply, if all of it is there.
pub(super) fn length(bytes: &[u8]) -> Result<Option<usize>, Foreign> {
    let (mut at, mut parts) = (0, 1_usize);
    while parts > 0 {
        let Some(&kind) = bytes.get(at) else { return Ok(None) };
        if !b"+-:_#,($!=*~>%|".contains(&kind) {
            return Err(Foreign);
        }
        let Some(line) = bytes[at + 1..].windows(2).position(|end| end == b"\r\n") else { return Ok(None) };
        let number = &bytes[at + 1..at + 1 + line];
        at += line + 3;
        parts -= 1;
        match kind {
            b'$' | b'!' | b'=' => {
                if let Some(length) = size(number)? {
                    at = at.saturating_add(length).saturating_add(2);
                }
            }
            b'*' | b'~' | b'>' => parts = parts.saturating_add(size(number)?.unwrap_or(0)),
            b'%' => parts = parts.saturating_add(size(number)?.unwrap_or(0).saturating_mul(2)),
            // Attributes, which precede what they are about.
            b'|' => parts = parts.saturating_add(size(number)?.unwrap_or(0).saturating_mul(2)).saturating_add(1),
            _ => {}
        }
        if at > bytes.len() {
            return Ok(None);
        }
    }
    Ok(Some(at))
}

/// A length; none is `-1`.
fn size(number: &[u8]) -> Result<Option<usize>, Foreign> {
    let number: i64 = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).ok_or(Foreign)?;
    Ok(usize::try_from(number).ok())
}

/// Up to two words that a whole request begins with, such as `CLIENT SETNAME` or `HGET key`.
pub(super) fn words(request: &[u8]) -> Vec<String> {
    // Past `*N\r\n`, each is `$N\r\n…\r\n`.
    let mut rest = after_line(request);
    let mut words = Vec::new();
    while words.len() < 2 && rest.first() == Some(&b'$') {
        let Ok(Some(length)) = length(rest) else { break };
        let (word, after) = rest.split_at(length);
        words.push(String::from_utf8_lossy(after_line(word)).trim_end_matches("\r\n").to_owned());
        rest = after;
    }
    words
}

fn after_line(bytes: &[u8]) -> &[u8] {
    let line = bytes.windows(2).position(|end| end == b"\r\n").map_or(bytes.len(), |line| line + 2);
    &bytes[line..]
}

#[cfg(test)]
mod tests {
    use super::{Foreign, length, words};

    #[test]
    fn a_frame_ends_with_its_last_part() {
        for whole in [
            &b"+OK\r\n"[..],
            b"$-1\r\n",
            b"$2\r\n\r\n\r\n",
            b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
            b"%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n",
            b">2\r\n+a\r\n_\r\n",
            b"|1\r\n+a\r\n:1\r\n+OK\r\n",
            b"*-1\r\n",
        ] {
            let mut longer = whole.to_vec();
            longer.extend(b"+OK\r\n");
            assert_eq!(length(&longer), Ok(Some(whole.len())), "{}", whole.escape_ascii());
            for cut in 0..whole.len() {
                assert_eq!(length(&whole[..cut]), Ok(None), "{}", whole[..cut].escape_ascii());
            }
        }
        assert_eq!(length(b"HTTP/1.1"), Err(Foreign));
        assert_eq!(length(b"$x\r\n"), Err(Foreign));
    }

    #[test]
    fn a_request_is_known_by_its_words() {
        assert_eq!(words(b"*3\r\n$4\r\nHGET\r\n$1\r\nk\r\n$1\r\nf\r\n"), ["HGET", "k"]);
        assert_eq!(words(b"*1\r\n$4\r\nPING\r\n"), ["PING"]);
        assert!(words(b"+OK\r\n").is_empty());
    }
}
