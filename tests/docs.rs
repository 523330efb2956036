//! Every public call says what it sends, how it fails, what a drop leaves, and shows itself.
//!
//! This reads text, not syntax: many calls stand in the body of a macro, or in files that are included.

#[path = "source/files.rs"]
mod files;

use std::mem;

use files::read;

const SOURCES: &str = "rediscache/src";
const FOLDERS: [&str; 2] = ["types/", "session/"];

/// What every call is documented under, in this order.
const HEADINGS: [&str; 4] = ["# Redis", "# Errors", "# Cancel safety", "# Examples"];

/// What a call returns, unless it is `async`.
const RETURNED: [&str; 4] = ["DeadLetters<", "Operation<", "QueueStream<", "Scan<"];

/// Fewer are not all there are.
const FEWEST_CALLS: usize = 60;

const LONGEST_SUMMARY: usize = 120;

#[test]
fn every_call_is_documented_in_full() {
    let (mut count, mut gaps) = (0, Vec::new());
    for (file, text) in read(SOURCES) {
        if FOLDERS.iter().any(|folder| file.starts_with(folder)) {
            for call in functions(&text).iter().filter(|function| function.is_call()) {
                count += 1;
                let place = format!("{SOURCES}/{file}:{} {}", call.line, call.name());
                gaps.extend(gaps_in(&call.docs).iter().map(|gap| format!("{place}: {gap}")));
            }
        }
    }
    eprintln!("{count} calls were checked");
    assert!(gaps.is_empty(), "\n{}\n", gaps.join("\n"));
    assert!(count >= FEWEST_CALLS, "only {count} calls were found");
}

/// A public function as its source says it.
struct Function {
    line: usize,
    docs: Vec<String>,
    /// From `pub` up to its body.
    signature: String,
}

impl Function {
    fn name(&self) -> &str {
        let name = self.signature.split_once("fn ").map_or("", |(_, rest)| rest);
        name.split(|part: char| !part.is_alphanumeric() && part != '_').next().unwrap_or_default()
    }

    fn is_call(&self) -> bool {
        let head = self.signature.split(" where ").next().unwrap_or_default();
        // The last arrow is that of what it returns, unless it is within the parameters.
        let returned = head.rsplit_once("->").map_or("", |(_, returned)| returned);
        let is_parameter = returned.matches(')').count() > returned.matches('(').count();
        let is_returned = || RETURNED.iter().any(|returned_by_calls| returned.contains(returned_by_calls));
        self.signature.starts_with("pub async ") || (!is_parameter && is_returned())
    }
}

/// The public functions of a file, with what is said of each.
fn functions(text: &str) -> Vec<Function> {
    let (mut functions, mut docs) = (Vec::new(), Vec::new());
    let mut lines = text.lines().map(str::trim).enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.strip_prefix(' ').unwrap_or(doc).to_owned());
        } else if line.starts_with("#[") {
            let attribute = through(line, &mut lines, |line| line.ends_with(']'));
            docs.extend(doc_of(&attribute));
        } else if ["pub fn ", "pub async fn ", "pub const fn "].iter().any(|start| line.starts_with(start)) {
            let head = through(line, &mut lines, |line| line.contains('{') || line.ends_with(';'));
            let signature = head.split('{').next().unwrap_or_default().to_owned();
            functions.push(Function { line: number + 1, docs: mem::take(&mut docs), signature });
        } else if !line.starts_with("//") {
            docs.clear();
        }
    }
    functions
}

/// This line and those after it, through the one where `is_last`, as one.
fn through(first: &str, lines: &mut dyn Iterator<Item = (usize, &str)>, is_last: impl Fn(&str) -> bool) -> String {
    let mut all = first.to_owned();
    while !is_last(&all)
        && let Some((_, line)) = lines.next()
    {
        all.push(' ');
        all.push_str(line);
    }
    all
}

/// The text of a `#[doc = "…"]`, or the expression that makes it.
fn doc_of(attribute: &str) -> Option<String> {
    let value = attribute.strip_prefix("#[doc = ")?.strip_suffix(']')?;
    let text = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some(text.unwrap_or(value).trim_start().to_owned())
}

/// What is not as it should be in what is said of a call.
fn gaps_in(docs: &[String]) -> Vec<String> {
    let mut gaps = gaps_in_summary(docs);
    let sections = sections(docs);
    let places = HEADINGS.map(|heading| sections.iter().position(|section| section.heading == heading));
    for (heading, place) in HEADINGS.iter().zip(places) {
        match place {
            None => gaps.push(format!("`{heading}` is missing")),
            Some(place) if sections[place].is_empty() => gaps.push(format!("`{heading}` says nothing")),
            Some(_) => {}
        }
    }
    if !places.iter().flatten().is_sorted() {
        gaps.push(format!("the order is not {}", HEADINGS.join(", ")));
    }
    if let Some(examples) = places[3].map(|place| &sections[place])
        && !examples.blocks.iter().any(is_proof)
    {
        gaps.push("no example runs and asserts something".to_owned());
    }
    gaps
}

fn gaps_in_summary(docs: &[String]) -> Vec<String> {
    let mut gaps = Vec::new();
    let first = docs.first().map_or("", String::as_str);
    if !first.starts_with(char::is_uppercase) {
        gaps.push("the summary does not begin with an upper-case letter".to_owned());
    }
    if first.chars().count() > LONGEST_SUMMARY {
        gaps.push(format!("the first line is longer than {LONGEST_SUMMARY} characters"));
    }
    let mut summary = docs.iter().take_while(|line| !line.is_empty());
    if summary.any(|line| line.starts_with("As [")) {
        gaps.push("the summary refers to another call (`As [`)".to_owned());
    }
    gaps
}

/// What stands under a heading.
#[derive(Default)]
struct Section<'a> {
    heading: &'a str,
    text: Vec<&'a str>,
    blocks: Vec<CodeBlock<'a>>,
}

struct CodeBlock<'a> {
    /// What stands after the opening marks.
    kind: &'a str,
    lines: Vec<&'a str>,
}

impl Section<'_> {
    fn is_empty(&self) -> bool {
        self.text.iter().all(|line| line.is_empty()) && self.blocks.is_empty()
    }
}

/// The sections, and before them what stands under no heading. In a code block, `# ` begins a hidden line.
fn sections(docs: &[String]) -> Vec<Section<'_>> {
    let (mut sections, mut is_code) = (vec![Section::default()], false);
    for line in docs {
        if line.starts_with("# ") && !is_code {
            sections.push(Section { heading: line, ..Section::default() });
            continue;
        }
        let Some(section) = sections.last_mut() else { break };
        if let Some(kind) = line.strip_prefix("```") {
            is_code = !is_code;
            if is_code {
                section.blocks.push(CodeBlock { kind, lines: Vec::new() });
            }
        } else if let Some(block) = section.blocks.last_mut().filter(|_| is_code) {
            block.lines.push(line);
        } else {
            section.text.push(line);
        }
    }
    sections
}

fn is_proof(block: &CodeBlock<'_>) -> bool {
    !block.kind.contains("no_run")
        && !block.kind.contains("ignore")
        && block.lines.iter().any(|line| line.contains("assert"))
}

/// What the scanner finds wrong with calls that are documented like this.
fn gaps_of(source: &str) -> Vec<String> {
    functions(source).iter().filter(|function| function.is_call()).flat_map(|call| gaps_in(&call.docs)).collect()
}

const GOOD: &str = "
    /// Gives one.
    ///
    /// # Redis
    ///
    /// Sends `GET`.
    ///
    #[doc = \"# Errors\"]
    #[doc = $errors]
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use rediscache::RedisCache;
    /// assert!(true);
    /// ```
    #[expect(
        clippy::must_use_candidate,
        reason = \"one\"
    )]
    pub fn one<F: Fn() -> u8>(
        &self,
        f: F,
    ) -> Operation<u8>
    where
        F: Send,
    {
";

#[test]
fn each_gap_is_found() {
    assert_eq!(gaps_of(GOOD), [""; 0]);
    for (old, new, gap) in [
        ("Gives one", "gives one", "the summary does not begin with an upper-case letter"),
        ("Gives one.", "Gives one.\n/// As [`two`].", "the summary refers to another call (`As [`)"),
        ("# Redis", "# Server", "`# Redis` is missing"),
        ("/// Changes nothing.", "///", "`# Cancel safety` says nothing"),
        ("# Redis", "# Examples\n///\n/// # Redis", "the order is not # Redis, # Errors, # Cancel safety, # Examples"),
        ("```\n    /// #", "```no_run\n    /// #", "no example runs and asserts something"),
        ("assert!", "dbg!", "no example runs and asserts something"),
    ] {
        let found = gaps_of(&GOOD.replacen(old, new, 1));
        assert!(found.iter().any(|found| found == gap), "{new}: {found:?}");
    }
}

#[test]
fn a_call_is_what_is_async_or_returns_one() {
    let is_call = |signature: &str| functions(signature).iter().any(Function::is_call);
    assert!(is_call("pub async fn close(&self) {") && is_call("pub const fn get() -> Operation<Vec<u8>> {"));
    assert!(is_call("pub fn scan<F>(f: F) -> Scan<u8>\nwhere\n    F: Fn() -> u8,\n{"));
    assert!(!is_call("pub fn near(self) -> Self {") && !is_call("pub fn each(f: impl Fn() -> Operation<u8>) {"));
    assert!(!is_call("pub(crate) async fn open() {") && !is_call("/// pub async fn open() {"));
}
