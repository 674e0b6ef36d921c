//! Gives the linker the memory of the machine that QEMU plays.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let memory = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "arm" => "memory-mps2.x",
        _ => "memory-virt.x",
    };
    let directory = PathBuf::from(env::var("OUT_DIR")?);
    fs::copy(memory, directory.join("memory.x"))?;
    println!("cargo::rustc-link-search={}", directory.display());
    println!("cargo::rerun-if-changed={memory}");
    Ok(())
}
