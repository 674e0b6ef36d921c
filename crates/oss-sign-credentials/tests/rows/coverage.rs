//! Cases T1 to T95 are what the tests of the official SDKs, of Alibaba Cloud's command lines and of
//! other clients try, and what their users met. Each has a test whose name begins with its number.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_case_has_its_test() {
    let mut tested = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut tested);
    }
    assert_eq!(tested, (1..=95).collect());
}

fn collect(folder: &Path, tested: &mut BTreeSet<u32>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tested);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                tested.extend(line.trim_start().strip_prefix("fn ").into_iter().flat_map(numbers));
            }
        }
    }
}

/// 48 and 49 of `t48_t49_what_is_tested`.
fn numbers(name: &str) -> impl Iterator<Item = u32> {
    name.split('_').map_while(|part| part.strip_prefix('t')?.parse().ok())
}
