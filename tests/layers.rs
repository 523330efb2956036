//! Arrows point down, and nothing runs in a circle, in files and in folders.

#[path = "source/arrows.rs"]
mod arrows;
#[path = "source/files.rs"]
mod files;
#[path = "source/syntax.rs"]
mod syntax;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use arrows::{Arrow, Arrows};
use files::{Files, read};

const LIBRARY: &str = "rediscache/src";
const DERIVE: &str = "rediscache-derive/src";
const PROGRAM: &str = "rediscache-cli/src";
const DASHBOARD: &str = "rediscache-dashboard/src";

/// What is in some folders, from top to bottom: each may need what stands after it, and nothing else there. `mod` is a
/// folder's own `mod.rs`.
const LAYERS: [(&str, &str, &str); 8] = [
    (
        LIBRARY,
        "",
        "lib inspect types session record dispatch store near codec shape stats config namespace number lend bounds score swept refusal error",
    ),
    (
        LIBRARY,
        "types",
        "mod verify family transaction task_queue queue ttl_cache cache ranking set single rate_limit lock step entry_name dead shared named versions pages bound declare window operation value member kept measured object limit reliance declaration info",
    ),
    (
        LIBRARY,
        "dispatch",
        "mod dispatchers dispatcher registration task_source list_source looks lookout line line_state delivery hands stranded leases source",
    ),
    (
        LIBRARY,
        "store",
        "open sample figures mod transaction task list hash string entry set ranking limit lock key hearing token operations redis memory in_flight background increment compared milliseconds packed taker traces",
    ),
    (
        LIBRARY,
        "store/redis",
        "mod tracking subscriber batch waiter router topology connection invalidation remedy request script barrier answer error",
    ),
    (LIBRARY, "near", "memo cache registry mod coherence sync"),
    (DERIVE, "", "lib one_of bound fallback expand option model family attr older ttl rate lease entry key errors"),
    (DASHBOARD, "", "lib dashboard api answer body live figures objects json files access cross_site query hex"),
];

#[test]
fn the_library_keeps_its_layers() {
    keeps_its_layers(LIBRARY);
}

#[test]
fn the_derive_keeps_its_layers() {
    keeps_its_layers(DERIVE);
}

#[test]
fn nothing_in_the_library_runs_in_a_circle() {
    has_no_circle(LIBRARY);
}

#[test]
fn nothing_in_the_derive_runs_in_a_circle() {
    has_no_circle(DERIVE);
}

#[test]
fn nothing_in_the_program_runs_in_a_circle() {
    has_no_circle(PROGRAM);
}

#[test]
fn the_dashboard_keeps_its_layers() {
    keeps_its_layers(DASHBOARD);
}

#[test]
fn nothing_in_the_dashboard_runs_in_a_circle() {
    has_no_circle(DASHBOARD);
}

fn keeps_its_layers(root: &str) {
    let offences = breaches(root, &read(root), &LAYERS);
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

fn has_no_circle(root: &str) {
    let circles = circles(root, &read(root));
    assert!(circles.is_empty(), "\n{}\n", circles.join("\n"));
}

/// What the table says and the files do not keep.
fn breaches(root: &str, files: &Files, layers: &[(&str, &str, &str)]) -> Vec<String> {
    let arrows = Arrows::of(files);
    let folders = steps(&arrows);
    let mut breaches = Vec::new();
    for (_, folder, order) in layers.iter().filter(|(crate_root, ..)| *crate_root == root) {
        let order: Vec<&str> = order.split_whitespace().collect();
        breaches.extend(misplaced(&path(root, folder), &order, &children(folder, &arrows.files)));
        let place = |child: &str| order.iter().position(|name| *name == child);
        for ((from, to), arrows) in folders.get(*folder).into_iter().flatten() {
            if let (Some(start), Some(end)) = (place(from), place(to))
                && end < start
            {
                let breach = |arrow| format!("{} goes up: {to} stands above {from}", shown(root, arrow));
                breaches.extend(arrows.iter().copied().map(breach));
            }
        }
    }
    breaches
}

/// What a line of the table has too little or too much.
fn misplaced(folder: &str, order: &[&str], children: &BTreeSet<&str>) -> Vec<String> {
    let missing = children.iter().filter(|child| !order.contains(child));
    let missing = missing.map(|child| {
        format!("{folder}/{child} has no place: add `{child}` to the line of {folder} in LAYERS, above all it needs")
    });
    let gone = order.iter().filter(|child| !children.contains(*child));
    missing.chain(gone.map(|child| format!("{folder}/{child} is in LAYERS, and not there"))).collect()
}

fn children<'a>(folder: &str, files: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let within = files.iter().filter_map(|file| match folder {
        "" => Some(file.as_str()),
        _ => file.strip_prefix(folder)?.strip_prefix('/'),
    });
    within.filter_map(|rest| rest.split('/').next()).map(|child| child.trim_end_matches(".rs")).collect()
}

/// In each folder, which of its children need each other, and what says so.
type Steps<'a> = BTreeMap<String, BTreeMap<(&'a str, &'a str), Vec<&'a Arrow>>>;

/// Takes each arrow for one in the innermost folder that has both its ends, between the children that they are in.
fn steps(arrows: &Arrows) -> Steps<'_> {
    let mut steps = Steps::new();
    for arrow in &arrows.all {
        let (from, to): (Vec<&str>, Vec<&str>) = (arrow.from.split('/').collect(), arrow.to.split('/').collect());
        let common = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
        let (from, to, folder) = (from[common], to[common], from[..common].join("/"));
        let ends = (from.trim_end_matches(".rs"), to.trim_end_matches(".rs"));
        steps.entry(folder).or_default().entry(ends).or_default().push(arrow);
    }
    steps
}

/// The circles of all folders, each arrow of one with a place that makes it.
fn circles(root: &str, files: &Files) -> Vec<String> {
    let arrows = Arrows::of(files);
    let mut circles = Vec::new();
    for (folder, steps) in steps(&arrows) {
        let children: BTreeSet<&str> = steps.keys().map(|(from, _)| *from).collect();
        for circle in children.iter().filter_map(|child| circle_of(child, &steps)) {
            circles.push(format!("a circle in {}: {}", path(root, &folder), circle.join(" → ")));
            circles.extend(circle.windows(2).map(|ends| {
                let places = &steps[&(ends[0], ends[1])];
                let more = if places.len() > 1 { format!(", and {} more", places.len() - 1) } else { String::new() };
                format!("    {} needs {}{more}", shown(root, places[0]), ends[1])
            }));
        }
    }
    circles
}

/// The shortest circle through a child and others after it, if there is one; so each circle has one child to find it.
fn circle_of<'a, T>(start: &'a str, steps: &BTreeMap<(&'a str, &'a str), T>) -> Option<Vec<&'a str>> {
    let (mut ways, mut seen) = (VecDeque::from([vec![start]]), BTreeSet::new());
    while let Some(way) = ways.pop_front() {
        let last = way[way.len() - 1];
        for (_, to) in steps.keys().filter(|(from, _)| *from == last) {
            let longer = || way.iter().chain([to]).copied().collect();
            if *to == start && last != start {
                return Some(longer());
            }
            if *to > start && seen.insert(to) {
                ways.push_back(longer());
            }
        }
    }
    None
}

fn path(root: &str, folder: &str) -> String {
    if folder.is_empty() { root.to_owned() } else { format!("{root}/{folder}") }
}

fn shown(root: &str, arrow: &Arrow) -> String {
    format!("{root}/{}:{}: `{}`", arrow.file, arrow.line, arrow.text)
}

/// A crate of these files.
fn source(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

/// What is wrong with a crate of `upper.rs` and `lower.rs`, of which the latter says this.
fn breaches_of(lower: &str) -> Vec<String> {
    let root = ("lib.rs", "mod lower;\nmod upper;");
    let files = source(&[root, ("lower.rs", lower), ("upper.rs", "pub(crate) struct Upper;")]);
    breaches("src", &files, &[("src", "", "lib upper lower")])
}

#[test]
fn a_use_that_goes_up_is_found() {
    for text in ["use crate::upper::Upper;", "use super::{upper::Upper as Other};", "fn f() { use crate::upper::*; }"] {
        let found = breaches_of(text);
        assert!(found.len() == 1 && found[0].ends_with("goes up: upper stands above lower"), "{text}: {found:?}");
    }
    let found = breaches_of("\nuse crate::upper::{Upper};");
    assert_eq!(found, ["src/lower.rs:2: `use crate::upper::Upper` goes up: upper stands above lower"]);
}

#[test]
fn a_path_that_goes_up_is_found_wherever_it_stands() {
    for text in [
        "fn f() {\n    let _ = crate::upper::Upper;\n}",
        "fn f(_:\n    super::upper::Upper) {}",
        "use super::upper;\nfn f(it: u8) { if let upper::Upper = it {} }",
        "struct It;\nimpl crate::upper::Upper for It {}",
        "fn f() {\n    println!(\"{}\", crate::upper::Upper)\n}",
        "macro_rules! it { () => {\n    $crate::upper::Upper\n}; }",
        "#[derive(\n    crate::upper::Upper)] struct It;",
    ] {
        let found = breaches_of(text);
        assert!(found.len() == 1 && found[0].starts_with("src/lower.rs:2: `"), "{text}: {found:?}");
    }
}

#[test]
fn what_leads_elsewhere_or_is_there_in_tests_only_does_not_go_up() {
    for text in [
        "use std::mem; use upper::Upper; fn f() { ::upper::g(); it.upper(); }",
        "/// See [`Upper`](crate::upper::Upper).\nstruct Upper; fn f() { Upper; }",
        "#[cfg(all(test, unix))] mod tests { use crate::upper::Upper; }",
        "mod inner { pub(in crate::lower) use super::It; } struct It;",
    ] {
        assert_eq!(breaches_of(text), [""; 0], "{text}");
    }
}

#[test]
fn a_file_without_a_place_is_found() {
    let files = source(&[("lib.rs", "mod new;"), ("new.rs", "")]);
    let found = breaches("src", &files, &[("src", "", "lib old")]);
    assert!(
        found[0].starts_with("src/new has no place: add `new`") && found[1].starts_with("src/old is in"),
        "{found:?}"
    );
}

#[test]
fn a_circle_of_folders_is_found_where_no_two_files_need_each_other() {
    let files = source(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "pub(crate) mod one; mod two;"),
        ("a/one.rs", "pub(crate) struct One;"),
        ("a/two.rs", "use crate::b::Two;"),
        ("b/mod.rs", "mod two; mod three;\npub(crate) use two::Two;"),
        ("b/two.rs", "pub(crate) struct Two;"),
        ("b/three.rs", "\ninclude!(\"part.rs\");"),
        ("b/part.rs", "\n\nfn part() { crate::a::one::One; }"),
    ]);
    let first = "    src/a/two.rs:1: `use crate::b::Two` needs b";
    let second = "    src/b/part.rs:3: `crate::a::one::One` needs a";
    assert_eq!(circles("src", &files), ["a circle in src: a → b → a", first, second]);
}

#[test]
fn a_parent_that_passes_on_is_in_a_circle_only_when_it_uses_what_it_passes_on() {
    let parent = "mod one; mod two;\npub(crate) use one::One;\nmacro_rules! none { () => {}; }\npub(crate) use none;\n";
    let (root, one) = (("lib.rs", "mod a;"), ("a/one.rs", "super::none!(); pub(crate) struct One;"));
    let crate_of = |parent| source(&[root, one, ("a/mod.rs", parent), ("a/two.rs", "use super::One;")]);
    assert_eq!(circles("src", &crate_of(parent)), [""; 0]);
    let found = circles("src", &crate_of(&format!("{parent}struct Pair(One, One);")));
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[1], "    src/a/mod.rs:5: `One` needs one");
}
