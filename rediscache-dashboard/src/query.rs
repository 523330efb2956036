//! What stands in paths and behind their question marks.

/// The value of a parameter, where it is given.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = query?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decoded(&value.replace('+', " "))
}

/// The text that is meant by one with `%` and hexadecimal digits in it; `None` where that is no UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.extend(crate::hex::read(std::str::from_utf8(digits).ok()?)?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{decoded, parameter};

    #[test]
    fn a_parameter_is_found_by_its_name_and_decoded() {
        let query = Some("part=dead&key=%22a+b%2B%22&empty=&flag");
        assert_eq!(parameter(query, "key").as_deref(), Some("\"a b+\""));
        assert_eq!(parameter(query, "empty").as_deref(), Some(""));
        assert_eq!(parameter(query, "flag").as_deref(), Some(""));
        assert_eq!(parameter(query, "ke"), None);
        assert_eq!(parameter(None, "key"), None);
    }

    #[test]
    fn what_is_no_text_is_not_decoded() {
        assert_eq!(decoded("%c3%BC+").as_deref(), Some("ü+"));
        assert!(["%", "%4", "%zz", "%ff", "%+1"].iter().all(|text| decoded(text).is_none()));
    }
}
