//! What `SECURITY.md` and `docs/assurance.md` say is shown by tests that there are.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all functions in the sources below `folder`.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            functions(&path, names);
        }
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let after = text.split("fn ").skip(1);
            names.extend(after.filter_map(|rest| rest.split(['(', '<']).next().map(str::to_owned)));
        }
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for folder in ["crates", "tests"] {
        functions(&root.join(folder), &mut names);
    }
    let papers = ["SECURITY.md", "docs/assurance.md"];
    let text = papers.map(|paper| fs::read_to_string(root.join(paper)).unwrap()).concat();
    let is_name =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let quoted = text.split('`').skip(1).step_by(2).filter(is_name);
    let (mut tests, mut missing) = (0, Vec::new());
    for name in quoted.filter(|word| word.contains('_')) {
        let target = root.join("fuzz/fuzz_targets").join(format!("{name}.rs"));
        tests += 1;
        if !names.contains(name) && !target.exists() {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "there is no test {missing:?}");
    assert!(tests > 70, "{tests}");
}
