//! The project's README quotes this crate's, whose examples are compiled.
#![cfg(test)]

const OF_THE_PROJECT: &str = include_str!("../../../README.md");
const OF_THE_CRATE: &str = include_str!("../README.md");

#[test]
fn the_projects_readme_quotes_this_one() {
    let (_, after) = OF_THE_PROJECT.split_once("```rust,ignore\n").unwrap();
    let (quoted, rest) = after.split_once("```").unwrap();
    assert!(quoted.contains("Signer::new("));
    assert!(OF_THE_CRATE.contains(quoted));
    assert!(!rest.contains("```rust,ignore"), "another example that nobody compiles");
}
