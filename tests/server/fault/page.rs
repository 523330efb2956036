//! The page that says what becomes of which call.

use rediscache::ErrorKind;

const PAGE: &str = include_str!("../../../rediscache/src/faults.md");

/// One row of the table: a fault, and what the page says of each class.
pub(super) struct Row {
    pub(super) fault: &'static str,
    expected: Vec<Expected>,
}

/// What the page says of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Done,
    /// A wait goes on.
    On,
    Fails {
        kind: ErrorKind,
        outcome_unknown: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Reads,
    Settings,
    Changes,
    Waits,
}

impl Row {
    pub(super) fn expected(&self, class: Class) -> Expected {
        self.expected[class as usize]
    }
}

/// The table of faults.
pub(super) fn rows() -> Vec<Row> {
    let row = |cells: Vec<&'static str>| Row { fault: cells[0], expected: cells[1..].iter().map(read).collect() };
    let rows: Vec<Row> = table("| fault | reads | settings | changes | waits |").map(row).collect();
    assert!(rows.iter().all(|row| row.expected.len() == 4));
    rows
}

/// The operations of all classes but the waits.
pub(super) fn operations() -> Vec<(Class, &'static str)> {
    let classes = [Class::Reads, Class::Settings, Class::Changes].into_iter();
    let rows = classes.zip(table("| class | operations |"));
    rows.flat_map(|(class, cells)| cells[1].split(", ").map(move |name| (class, name.trim_matches('`')))).collect()
}

/// The rows of the table below this header.
fn table(header: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let (_, below) = PAGE.split_once(header).expect("the page has this table");
    let rows = below.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
}

fn read(cell: &&str) -> Expected {
    let (kind, outcome_unknown) = match cell.split_once(", ") {
        Some((kind, "unknown")) => (kind, true),
        _ => (*cell, false),
    };
    let kind = match kind {
        "done" => return Expected::Done,
        "on" => return Expected::On,
        "`Connection`" => ErrorKind::Connection,
        "`Timeout`" => ErrorKind::Timeout,
        "`Server`" => ErrorKind::Server,
        "`Config`" => ErrorKind::Config,
        _ => panic!("the page says {cell:?}, and this test does not know what that means"),
    };
    Expected::Fails { kind, outcome_unknown }
}
