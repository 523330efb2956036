//! Mistakes that must not compile, with the messages a user sees. The programs in `pass`, which must, are tests of their own.

use std::fs;

#[test]
fn every_mistake_is_reported_once_and_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn no_message_names_anything_private() {
    let messages: Vec<_> = fs::read_dir("fail")
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "stderr"))
        .collect();
    assert!(messages.len() > 20, "only {} messages found", messages.len());
    for path in messages {
        let message = fs::read_to_string(&path).expect("the message can be read");
        for private in ["rediscache_derive", "macro panicked"] {
            assert!(!message.contains(private), "{} contains `{private}`", path.display());
        }
        let mut names = message.split(|part: char| !part.is_alphanumeric() && part != '_');
        // A line of underscores is drawn, and is no name.
        let hidden = names.find(|name| name.starts_with("__") && name.contains(char::is_alphanumeric));
        assert_eq!(hidden, None, "in {}", path.display());
    }
}
