//! The files of the page, as they stand in the folder `page`.
//!
//! Each is found by its path, and at the root by its name behind a question mark: `?style.css` leads from `/redis` and from
//! `/redis/` to the same, and a service below a router cannot tell which of the two was asked for.

/// A file, and of which type it is.
#[derive(Debug)]
pub(crate) struct File {
    name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) content: &'static str,
}

macro_rules! files {
    ($($name:literal: $content_type:ident),* $(,)?) => {
        &[$(File {
            name: $name,
            content_type: $content_type,
            content: include_str!(concat!("../page/", $name)),
        }),*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// For whoever may look.
const FILES: &[File] = files! {
    "index.html": HTML,
    "api.js": SCRIPT,
    "caches.js": SCRIPT,
    "dom.js": SCRIPT,
    "entries.js": SCRIPT,
    "entry.js": SCRIPT,
    "family.js": SCRIPT,
    "figures.js": SCRIPT,
    "finder.js": SCRIPT,
    "follow.js": SCRIPT,
    "guards.js": SCRIPT,
    "json.js": SCRIPT,
    "keyboard.js": SCRIPT,
    "object.js": SCRIPT,
    "overview.js": SCRIPT,
    "page.js": SCRIPT,
    "pages.js": SCRIPT,
    "queues.js": SCRIPT,
    "shapes.js": SCRIPT,
    "show.js": SCRIPT,
    "start.js": SCRIPT,
    "state.js": SCRIPT,
    "table.js": SCRIPT,
};

/// For everybody, since the page that refuses looks like the others.
const OPEN_FILES: &[File] = files! {
    "nobody.html": HTML,
    "style.css": STYLE,
    "icon.svg": PICTURE,
};

/// The file that a path and its query ask for.
pub(crate) fn file(path: &str, query: Option<&str>) -> Option<&'static File> {
    if is_root(path) { find(FILES, query).or_else(|| find(FILES, Some("index.html"))) } else { find(FILES, name(path)) }
}

/// As [`file`], of those that tell nothing.
pub(crate) fn open_file(path: &str, query: Option<&str>) -> Option<&'static File> {
    find(OPEN_FILES, if is_root(path) { query } else { name(path) })
}

/// What is said to whom nothing is shown.
pub(crate) fn refusal() -> Option<&'static File> {
    find(OPEN_FILES, Some("nobody.html"))
}

pub(crate) fn is_root(path: &str) -> bool {
    matches!(path, "" | "/")
}

fn name(path: &str) -> Option<&str> {
    path.strip_prefix('/')
}

fn find(files: &'static [File], name: Option<&str>) -> Option<&'static File> {
    files.iter().find(|file| Some(file.name) == name)
}
