//! Which files of a crate need which: an arrow leads from a file to one that defines what it mentions.

mod mentions;
mod names;

use std::collections::BTreeSet;

use self::mentions::{Kind, Mention};
use self::names::Names;
use crate::files::Files;

/// That one file needs another, and one place where it says so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Where: in `from`, or in what that includes.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
    is_path: bool,
}

/// The files of a crate that are modules, and the arrows between them.
pub(crate) struct Arrows {
    pub(crate) files: BTreeSet<String>,
    pub(crate) all: Vec<Arrow>,
}

impl Arrows {
    pub(crate) fn of(files: &Files) -> Self {
        let (names, mentions) = mentions::read(files);
        let all: BTreeSet<Arrow> = mentions.iter().flat_map(|mention| arrows_of(&names, mention)).collect();
        // A path that begins with what a `use` names says nothing new.
        let used: BTreeSet<_> = all.iter().filter(|arrow| !arrow.is_path).map(Arrow::ends).collect();
        let all = all.iter().filter(|arrow| !arrow.is_path || !used.contains(&arrow.ends())).cloned().collect();
        Self { files: names.files(), all }
    }
}

impl Arrow {
    fn ends(&self) -> (&str, &str) {
        (&self.from, &self.to)
    }
}

fn arrows_of(names: &Names, mention: &Mention) -> Vec<Arrow> {
    let (from, is_path) = (names.file(mention.module), mention.kind == Kind::Path);
    let text = format!("{}{}", if is_path { "" } else { "use " }, mention.path.join("::"));
    let arrow = |to| Arrow {
        from: from.to_owned(),
        to: names.file(to).to_owned(),
        file: mention.file.clone(),
        line: mention.line,
        text: text.clone(),
        is_path,
    };
    // What a module passes on from its children, it need not use.
    let is_passed_on = |to| mention.kind == Kind::Reexport && names.is_within(to, mention.module);
    let definers = names.definers(mention.module, &mention.path).into_iter();
    definers.filter(|to| !is_passed_on(*to)).map(arrow).filter(|arrow| arrow.to != from).collect()
}
