//! Where the URLs go.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Stdout, Write};
use std::path::Path;

use crate::mistake::{Mistake, Quoted};

pub(crate) enum Output {
    Stdout(Stdout),
    File {
        file: File,
        /// How many bytes of whole lines it has.
        len: u64,
    },
}

impl Output {
    /// The file is emptied, so it may not be the one that is read.
    pub(crate) fn create(path: Option<&Path>, from: &Path) -> Result<Self, Mistake> {
        let Some(path) = path else { return Ok(Self::Stdout(io::stdout())) };
        let name = path.to_string_lossy();
        if is_same(path, from) {
            return Err(Mistake::new(format!(
                "--output {} is the file that --from reads: give another",
                Quoted(&name)
            )));
        }
        let file = File::create(path).map_err(|error| {
            Mistake::new(format!("cannot write --output {}: {error}", Quoted(&name)))
        })?;
        Ok(Self::File { file, len: 0 })
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout(stdout) => stdout.is_terminal(),
            Self::File { .. } => false,
        }
    }

    /// Writes whole lines. Where there is no room for all of them, a file is left without the last
    /// ones rather than with half of one.
    pub(crate) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.write_all(lines).and_then(|()| stdout.flush()),
            Self::File { file, len } => {
                let written = file.write_all(lines);
                match written {
                    Ok(()) => *len += lines.len() as u64,
                    // What is no regular file cannot be cut, and the first error is the one to tell.
                    Err(_) => drop(file.set_len(*len)),
                }
                written
            }
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
