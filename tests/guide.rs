//! The guide and the README: chapters that can be found, links that lead somewhere, examples that are run and assert.

#[path = "source/files.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use files::read;
use syn::{Item, UseTree, Visibility};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const CHAPTERS: &str = "docs/src";
const SUMMARY: &str = "SUMMARY.md";

/// Where links to items begin; what follows is as rustdoc names its pages.
const ITEMS: &str = "https://docs.rs/rediscache/latest/rediscache/";

/// The chapters by the names of their files, and the summary.
fn pages() -> BTreeMap<String, String> {
    let folder = Path::new(ROOT).join(CHAPTERS);
    let entries = fs::read_dir(folder).expect("there is a guide").map(|entry| entry.expect("it can be read").path());
    let pages = entries.map(|path| (name_of(&path), text_of(&path))).collect::<BTreeMap<_, _>>();
    assert!(pages.len() > 10 && pages.contains_key(SUMMARY), "{:?}", pages.keys());
    pages
}

fn name_of(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).expect("its name is UTF-8").to_owned()
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn none(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// A block of code: what stands after its opening marks, and its text.
type Block = (String, String);

/// What is said outside of code blocks, and the blocks.
fn parts(page: &str) -> (String, Vec<Block>) {
    let (mut said, mut blocks, mut block) = (String::new(), Vec::<Block>::new(), None::<Block>);
    for line in page.lines() {
        match (line.strip_prefix("```"), block.take()) {
            (Some(kind), None) => block = Some((kind.to_owned(), String::new())),
            (Some(_), Some(whole)) => blocks.push(whole),
            (None, Some((kind, text))) => block = Some((kind, format!("{text}{line}\n"))),
            (None, None) => {
                said.push_str(line);
                said.push('\n');
            }
        }
    }
    assert!(block.is_none(), "a code block has no end");
    (said, blocks)
}

/// Where the links of a page lead to, in line and as references.
fn links(page: &str) -> Vec<String> {
    let (said, _) = parts(page);
    // What is code in a line is no link.
    let plain: String = said.split('`').step_by(2).collect();
    let inline = plain.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let references = plain.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).map(|(_, to)| to);
    inline.chain(references).map(str::to_owned).collect()
}

/// The anchors of a page's headings, as mdBook and GitHub make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let slug = |heading: &str| -> String {
        let kept = heading.chars().filter(|&c| c.is_alphanumeric() || "-_ ".contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    let (said, _) = parts(page);
    said.lines().filter(|line| line.starts_with('#')).map(|line| slug(line.trim_start_matches('#').trim())).collect()
}

#[test]
fn the_summary_lists_each_chapter_once_and_nothing_else() {
    let mut pages = pages();
    let summary = pages.remove(SUMMARY).expect("it was looked for");
    let mut listed = links(&summary);
    listed.sort();
    assert_eq!(listed, pages.into_keys().collect::<Vec<_>>());
}

#[test]
fn the_examples_of_each_chapter_are_run() {
    let library = &read("docs")["lib.rs"];
    let run = library.lines().filter_map(|line| line.strip_suffix("\",")?.split_once(": \"")).map(|(_, file)| file);
    let mut run: Vec<String> = run.map(str::to_owned).collect();
    run.sort();
    let mut pages = pages();
    pages.remove(SUMMARY);
    assert_eq!(run, pages.into_keys().collect::<Vec<_>>(), "in docs/lib.rs");
}

#[test]
fn each_example_in_rust_asserts_and_none_is_left_out() {
    let mut offences = Vec::new();
    for (name, page) in pages() {
        for (kind, text) in parts(&page).1 {
            let begin = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default().to_owned();
            match kind.as_str() {
                "rust" if text.contains("assert") => {}
                "rust" => offences.push(format!("{name}: the example asserts nothing: {begin}")),
                "toml" | "sh" | "text" | "python" => {}
                kind => offences.push(format!("{name}: `{kind}` is not run: {begin}")),
            }
        }
    }
    none(offences);
}

#[test]
fn every_link_leads_somewhere() {
    let (sources, root) = (read("rediscache/src"), Path::new(ROOT));
    let items = Items::of(&sources["lib.rs"], &sources.values().cloned().collect::<String>());
    let mut places: Vec<PathBuf> = pages().keys().map(|name| Path::new(CHAPTERS).join(name)).collect();
    places.extend(["README.md", "CONTRIBUTING.md"].map(PathBuf::from));
    let (mut offences, mut count) = (Vec::new(), 0);
    for place in places {
        let page = text_of(&root.join(&place));
        for link in links(&page) {
            count += 1;
            let is_good = if let Some(item) = link.strip_prefix(ITEMS) {
                items.have(item)
            } else {
                link.starts_with("https://") || is_there(root, &place, &page, &link)
            };
            if !is_good {
                offences.push(format!("{}: {link} leads nowhere", place.display()));
            }
        }
    }
    none(offences);
    assert!(count > 50, "only {count} links were found");
}

/// Whether there is the file that a relative link of this page names, and in it the heading.
fn is_there(root: &Path, place: &Path, page: &str, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = root.join(place.parent().unwrap_or(Path::new(""))).join(file);
    let leaves = Path::new(file).components().any(|part| matches!(part, Component::RootDir));
    let text = if file.is_empty() { Some(page.to_owned()) } else { fs::read_to_string(&target).ok() };
    !leaves && (file.is_empty() || target.exists()) && anchor.is_none_or(|anchor| has(text, anchor))
}

fn has(text: Option<String>, anchor: &str) -> bool {
    text.is_some_and(|text| anchors(&text).contains(anchor))
}

/// What the library shows, and the names of its functions.
struct Items {
    shown: BTreeSet<String>,
    text: String,
}

impl Items {
    fn of(library: &str, text: &str) -> Self {
        let mut shown = BTreeSet::new();
        for item in syn::parse_file(library).expect("it is Rust").items {
            match item {
                Item::Use(item) if is_public(&item.vis) => collect(&item.tree, &mut shown),
                Item::Mod(item) if is_public(&item.vis) => shown.extend([item.ident.to_string()]),
                _ => {}
            }
        }
        Self { shown, text: text.to_owned() }
    }

    /// Whether there is the page: none, `name/index.html` or `kind.Name.html`, and on it a `#method.name`.
    fn have(&self, page: &str) -> bool {
        let (page, method) = page.split_once("#method.").map_or((page, None), |(page, name)| (page, Some(name)));
        let module = page.strip_suffix("/index.html");
        let item = page.strip_suffix(".html").and_then(|item| Some(item.split_once('.')?.1));
        let is_shown = page.is_empty() || module.or(item).is_some_and(|name| self.shown.contains(name));
        let is_function = |name: &str| ["(", "<"].iter().any(|end| self.text.contains(&format!(" fn {name}{end}")));
        is_shown && method.is_none_or(is_function)
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn collect(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => collect(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, names)),
        UseTree::Name(name) => names.extend([name.ident.to_string()]),
        UseTree::Rename(name) => names.extend([name.rename.to_string()]),
        UseTree::Glob(_) => {}
    }
}

#[test]
fn what_leads_nowhere_is_found() {
    let page = "# A b-c: d?\n[x](a.md) `[no](b.md)` [y](#a-b-c-d)\n```rust\n[no](c.md)\n```\n[z]: d.md\n";
    assert_eq!(links(page), ["a.md", "#a-b-c-d", "d.md"]);
    let (root, place) = (Path::new(ROOT), Path::new("README.md"));
    assert!(is_there(root, place, page, "#a-b-c-d") && !is_there(root, place, page, "#a-b"));
    assert!(is_there(root, place, page, "tests/guide.rs") && !is_there(root, place, page, "tests/nobody.rs"));
    let items = Items::of("pub mod faults {} mod hidden { } pub use a::{B, c::D}; use e::F;", "pub fn get(&self)");
    assert!(["", "faults/index.html", "struct.B.html", "trait.D.html#method.get"].iter().all(|page| items.have(page)));
    assert!(!["struct.F.html", "struct.B.html#method.set", "B"].iter().any(|page| items.have(page)));
}

/// What stands in the first column of the README's table of features, and in the line of the library's docs, is what there is.
#[test]
fn each_feature_is_told_of() {
    let root = Path::new(ROOT);
    let manifest = text_of(&root.join("rediscache/Cargo.toml"));
    let features = manifest.split_once("[features]\n").and_then(|(_, rest)| rest.split("\n[").next());
    let names = features.unwrap_or_default().lines().filter_map(|line| line.split_once(" = ["));
    let there: BTreeSet<&str> = names.map(|(name, _)| name).filter(|name| *name != "default").collect();
    assert!(there.contains("json"), "{there:?}");

    let readme = text_of(&root.join("README.md"));
    let table = readme.split_once("## Features\n").and_then(|(_, rest)| rest.split("\n## ").next()).unwrap_or_default();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(rows.collect::<BTreeSet<_>>(), there, "the README");

    let library = text_of(&root.join("rediscache/src/lib.rs"));
    let docs =
        library.split_once("//! # Features\n").and_then(|(_, rest)| rest.split("\n\n").next()).unwrap_or_default();
    let told: BTreeSet<&str> = docs.split('`').skip(1).step_by(2).collect();
    assert!(there.is_subset(&told), "the library's docs: {told:?}");
}
