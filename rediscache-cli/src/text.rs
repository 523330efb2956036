//! Text for a terminal. What stands in a database was written by anybody: nothing of it moves the cursor.

use std::fmt::Write;

use rediscache::inspect::StoredValue;

/// Whether a character shows as itself: no control, and none that turns or hides what stands beside it.
fn is_plain(character: char) -> bool {
    let is_hidden = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    !character.is_control() && !is_hidden
}

fn push(character: char, out: &mut String) {
    match character {
        '\\' => out.push_str("\\\\"),
        character if is_plain(character) => out.push(character),
        character => out.extend(character.escape_default()),
    }
}

/// The text, with what would not show as itself escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push(character, &mut out));
    out
}

/// Bytes that are mostly text, such as the name of a key.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|character| push(character, &mut out));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A value in one line, in words that Rust has.
pub(crate) fn value(value: &StoredValue) -> String {
    let mut out = String::new();
    append(value, &mut out);
    out
}

fn append(value: &StoredValue, out: &mut String) {
    match value {
        StoredValue::Nothing => out.push_str("none"),
        StoredValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        StoredValue::Integer(digits) => out.push_str(digits),
        StoredValue::Float(value) => {
            let _ = write!(out, "{value:?}");
        }
        StoredValue::Text(text) => quote(text, out),
        StoredValue::Bytes(bytes) => {
            let _ = write!(out, "0x{}", hexadecimal(bytes));
        }
        StoredValue::List(parts) => list(parts, out, append),
        StoredValue::Map(entries) => {
            out.push('{');
            separated(entries, out, |(key, value), out| {
                append(key, out);
                out.push_str(": ");
                append(value, out);
            });
            out.push('}');
        }
        StoredValue::Struct(fields) => {
            out.push('{');
            separated(fields, out, |(name, value), out| {
                name.chars().for_each(|character| push(character, out));
                out.push_str(": ");
                append(value, out);
            });
            out.push('}');
        }
        StoredValue::Variant(name, contents) => {
            name.chars().for_each(|character| push(character, out));
            match contents.as_deref() {
                None => {}
                Some(contents @ (StoredValue::Struct(_) | StoredValue::List(_))) => append(contents, out),
                Some(contents) => {
                    out.push('(');
                    append(contents, out);
                    out.push(')');
                }
            }
        }
    }
}

fn list<T>(parts: &[T], out: &mut String, part: impl Fn(&T, &mut String)) {
    out.push('[');
    separated(parts, out, part);
    out.push(']');
}

fn separated<T>(parts: &[T], out: &mut String, part: impl Fn(&T, &mut String)) {
    for (at, it) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        part(it, out);
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            character => push(character, out),
        }
    }
    out.push('"');
}

/// A number of bytes, in a unit that fits.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit =
        units.iter().enumerate().rev().find(|(at, _)| *at == 0 || bytes >> (10 * at) > 0).map_or(0, |(at, _)| at);
    let whole = bytes >> (10 * unit);
    if unit == 0 || whole >= 10 {
        return format!("{whole} {}", units[unit]);
    }
    let tenths = (bytes >> (10 * (unit - 1))) % 1024 * 10 / 1024;
    format!("{whole}.{tenths} {}", units[unit])
}

/// A time in milliseconds, in units that fit.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{} s", ms / 1_000),
        120_000..7_200_000 => format!("{} min", ms / 60_000),
        7_200_000..172_800_000 => format!("{} h", ms / 3_600_000),
        _ => format!("{} days", ms / 86_400_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_hides_text_is_escaped() {
        assert_eq!(escaped("a\u{1b}[2J\r\nb\u{7f}\u{9b}"), "a\\u{1b}[2J\\r\\nb\\u{7f}\\u{9b}");
        assert_eq!(escaped("\u{202e}x\u{2066}\u{200b}\u{feff}"), "\\u{202e}x\\u{2066}\\u{200b}\\u{feff}");
        assert_eq!(escaped("caf\u{e9} \u{4f60} \\u{1b}"), "caf\u{e9} \u{4f60} \\\\u{1b}");
        assert_eq!(shown(b"a\xff\x00"), "a\\xff\\u{0}");
    }

    #[test]
    fn values_are_written_in_one_line() {
        let text = |text: &str| StoredValue::Text(text.to_owned());
        let point =
            StoredValue::Struct(vec![("x".to_owned(), StoredValue::Float(1.0)), ("y\n".to_owned(), text("\"\n"))]);
        assert_eq!(value(&point), "{x: 1.0, y\\n: \"\\\"\\n\"}");
        assert_eq!(
            value(&StoredValue::Variant("At".to_owned(), Some(Box::new(point.clone())))),
            "At{x: 1.0, y\\n: \"\\\"\\n\"}"
        );
        assert_eq!(value(&StoredValue::Map(vec![(text("a"), StoredValue::Bytes(vec![10]))])), "{\"a\": 0x0a}");
    }

    #[test]
    fn sizes_and_times_have_a_unit_that_fits() {
        assert_eq!(
            [0, 1023, 1024, 1536, 20 << 10, 5 << 30].map(size),
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "20 KiB", "5.0 GiB"]
        );
        assert_eq!(
            [5, 61_000, 600_000, 90_000_000, 400_000_000].map(duration),
            ["5 ms", "61 s", "10 min", "25 h", "4 days"]
        );
    }
}
