//! What is written: tables that are aligned on a terminal and parted by tabs elsewhere, JSON, and how far a long walk is.

use std::io::{self, BufWriter, IsTerminal, StderrLock, StdoutLock, Write};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::json::Json;

/// How many characters of a cell a terminal is shown.
const WIDEST: usize = 72;

pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    /// Whether JSON is wanted.
    pub(crate) is_json: bool,
    is_terminal: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        let out = io::stdout();
        let is_terminal = out.is_terminal();
        Self { out: BufWriter::new(out.lock()), is_json, is_terminal }
    }

    pub(crate) fn line(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.out, "{line}")?)
    }

    pub(crate) fn json(&mut self, json: &Json) -> Result<()> {
        Ok(writeln!(self.out, "{json}")?)
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<()> {
        let widths = table.widths();
        for row in std::iter::once(&table.head).chain(&table.rows) {
            let line = if self.is_terminal { aligned(row, &widths) } else { row.join("\t") };
            self.line(line.trim_end())?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}

pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { head: head.map(str::to_uppercase).into(), rows: Vec::new() }
    }

    /// Adds a row, whose cells have nothing in them that a terminal would act on.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = std::iter::once(&self.head).chain(&self.rows).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count().min(WIDEST)).max().unwrap_or_default()
        };
        (0..self.head.len()).map(width).collect()
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, &width)| format!("{:<width$}", cut(cell)));
    cells.collect::<Vec<_>>().join("  ")
}

/// What a terminal is shown of a cell.
fn cut(cell: &str) -> String {
    if cell.chars().nth(WIDEST).is_none() {
        return cell.to_owned();
    }
    let mut cut: String = cell.chars().take(WIDEST - 1).collect();
    cut.push('…');
    cut
}

/// A line that tells how far a walk is, where somebody reads along.
pub(crate) struct Progress {
    err: Option<StderrLock<'static>>,
    begun: Instant,
    shown: Option<Instant>,
}

/// After which a walk is told of, and how often.
const PATIENCE: Duration = Duration::from_millis(300);
const EACH: Duration = Duration::from_millis(100);

impl Progress {
    pub(crate) fn new() -> Self {
        let err = io::stderr();
        Self { err: err.is_terminal().then(|| err.lock()), begun: Instant::now(), shown: None }
    }

    /// Tells how far it is.
    pub(crate) fn tell(&mut self, what: &str, count: u64, of: Option<u64>) {
        let Some(err) = &mut self.err else { return };
        if self.begun.elapsed() < PATIENCE || self.shown.is_some_and(|shown| shown.elapsed() < EACH) {
            return;
        }
        self.shown = Some(Instant::now());
        let of = of
            .filter(|of| *of >= count)
            .map_or_else(String::new, |of| format!(" of {of}, {} %", count * 100 / of.max(1)));
        // Where it cannot be told, it is not needed.
        let _ = write!(err, "\r\u{1b}[K{what}: {count}{of}").and_then(|()| err.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let (Some(err), Some(_)) = (&mut self.err, self.shown) {
            let _ = write!(err, "\r\u{1b}[K").and_then(|()| err.flush());
        }
    }
}
