//! Writes the seeds of the targets that need them.
//!
//!     cargo run --manifest-path fuzz/Cargo.toml --bin seeds

mod connections;
mod explanations;
mod requests;
mod sources;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    requests::write()?;
    explanations::write()?;
    sources::write()?;
    connections::write()
}

fn seed(target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name.replace('/', "-")), bytes)?)
}

fn list(elements: &[&str]) -> Vec<u8> {
    elements.iter().map(|element| element.as_bytes()).collect::<Vec<_>>().join(&0xFF)
}
