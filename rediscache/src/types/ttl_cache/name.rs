//! The Redis key of an entry.

use crate::namespace::FullKey;

/// The Redis key of the entry whose stored key is `stored`, below the full key of its object.
///
/// What could be taken for something else is written as `%` and two digits: `:` and `$`, with which the names of other entries
/// and of what lies beside them go on, braces, which make a hash tag, `%` itself, blanks and control characters, and bytes
/// that are no UTF-8. So no two entries have one name, and the last `:` is where the key begins.
pub(super) fn entry_name(object: &FullKey, stored: &[u8]) -> String {
    let mut name = String::with_capacity(object.len() + 1 + stored.len());
    name.push_str(object);
    name.push(':');
    for chunk in stored.utf8_chunks() {
        chunk.valid().chars().for_each(|character| match character {
            ':' | '$' | '{' | '}' | '%' | ' ' | '\u{7f}' | ..='\u{1f}' => escape(character as u8, &mut name),
            character => name.push(character),
        });
        chunk.invalid().iter().for_each(|&byte| escape(byte, &mut name));
    }
    name
}

fn escape(byte: u8, name: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    name.push('%');
    for digit in [byte >> 4, byte & 15] {
        name.push(char::from(DIGITS[usize::from(digit)]));
    }
}
