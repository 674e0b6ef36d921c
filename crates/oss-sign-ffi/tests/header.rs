//! The header that is checked in is the one that the sources make.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::path::Path;
use std::{env, fs};

/// With `UPDATE_HEADER=1` the header is written instead.
#[test]
fn the_header_is_current() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = crate_directory.join("include/oss_sign.h");
    let config = cbindgen::Config::from_file(crate_directory.join("cbindgen.toml")).unwrap();
    let mut made = Vec::new();
    cbindgen::generate_with_config(crate_directory, config).unwrap().write(&mut made);
    let made = String::from_utf8(made).unwrap();
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&header, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&header).unwrap() == made,
        "run `UPDATE_HEADER=1 cargo test -p oss-sign-ffi --test header`"
    );
}
