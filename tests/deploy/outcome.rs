//! What each program reads of the other's values.

/// A row, what the new program reads of the old one's value, and what the old one reads of the new one's.
const OUTCOMES: &[(&str, &str, &str)] = &[];

pub(crate) fn check_new<'a>(read: impl Iterator<Item = (&'a str, &'a str)>) {
    check(read, |row| row.1);
}

pub(crate) fn check_old<'a>(read: impl Iterator<Item = (&'a str, &'a str)>) {
    check(read, |row| row.2);
}

fn check<'a>(
    read: impl Iterator<Item = (&'a str, &'a str)>,
    expected: impl Fn(&(&str, &'static str, &'static str)) -> &'static str,
) {
    let read: Vec<_> = read.collect();
    let wanted: Vec<_> = OUTCOMES.iter().map(|row| (row.0, expected(row))).collect();
    for (wanted, read) in wanted.iter().zip(&read) {
        assert_eq!(wanted, read);
    }
    assert_eq!(read.len(), wanted.len(), "{read:#?}");
}
