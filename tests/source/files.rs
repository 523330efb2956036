//! The Rust files of a folder, held in memory, so that a test can make up its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The text of each file, by its path below the folder.
pub(crate) type Files = BTreeMap<String, String>;

/// Where this repository is.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Reads all there is below a folder of this repository.
pub(crate) fn read(folder: &str) -> Files {
    let mut files = Files::new();
    let root = Path::new(ROOT).join(folder);
    collect(&root, &root, &mut files);
    assert!(!files.is_empty(), "there is no Rust file in {}", root.display());
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(root).expect("it is below the folder");
            files.insert(name.to_str().expect("its name is UTF-8").replace('\\', "/"), text);
        }
    }
}
