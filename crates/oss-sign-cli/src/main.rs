//! The `oss-sign` command.

fn main() {}
