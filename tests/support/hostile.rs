use crate::Random;

/// What begins the stored forms, and what is none.
const HEADS: [&[u8]; 12] =
    [b"", b"i|", b"f|", b"s|", b"b|", b"c|", b"c|\x02", b"m|\x02\0", b"m|\x02\0", b"m|\x02\0", b"m|\x02\x01", b"{\""];

/// Bytes that someone else may have stored: noise, and what looks like a stored form at first, or for long.
pub fn hostile_bytes(random: &mut Random) -> Vec<u8> {
    let mut bytes = HEADS[random.place(HEADS.len())].to_vec();
    match random.within(0..8) {
        0 => bytes.extend(noise(random, 40, 0..256)),
        // Lengths, options and variants of composites are small numbers.
        1 => bytes.extend(noise(random, 60, 0..4)),
        2 => bytes.extend(noise(random, 60, 0..256).iter().map(|byte| byte % 16 * (byte % 16))),
        3 => bytes.extend(noise(random, 24, 0..16).iter().map(|&at| b"0123456789+-._eE"[usize::from(at)])),
        4 => bytes.extend(noise(random, 30, 0..16).iter().map(|&at| b"[]{}\",:0\\tnull1"[usize::from(at.min(14))])),
        5 => {
            let byte = noise(random, 2, 0..256).pop().unwrap_or(b'[');
            bytes.resize(bytes.len() + random.place(300), byte);
        }
        6 => bytes.extend(claim(random)),
        _ => {
            let kept = random.place(bytes.len() + 1);
            bytes.truncate(kept);
        }
    }
    if random.percent(10) && !bytes.is_empty() {
        let at = random.place(bytes.len());
        bytes[at] ^= 1 << random.place(8);
    }
    bytes
}

/// A length that is not there.
fn claim(random: &mut Random) -> Vec<u8> {
    let length = u64::MAX >> random.within(0..56);
    let mut claim = match random.within(0..4) {
        0 => [&[0xfd][..], &length.to_le_bytes()].concat(),
        // Text, bytes, an array or a map.
        3 => [&[[0xdb, 0xc6, 0xdd, 0xdf][random.place(4)]][..], &length.to_be_bytes()[4..]].concat(),
        1 => length.to_string().into_bytes(),
        _ => [&[0xfe][..], &u128::from(length).to_le_bytes()].concat(),
    };
    claim.extend(noise(random, 20, 0..256));
    claim
}

fn noise(random: &mut Random, most: usize, range: std::ops::Range<u64>) -> Vec<u8> {
    let length = random.place(most);
    (0..length).map(|_| u8::try_from(random.within(range.clone())).unwrap_or_default()).collect()
}
