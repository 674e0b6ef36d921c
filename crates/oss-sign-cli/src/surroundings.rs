//! What providers of credentials find around them: this process, which tells the user of warnings.

use core::time::Duration;
use std::env::{self, VarError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use oss_sign::Timestamp;
use oss_sign_credentials::{Command, CommandError, Output, Surroundings, System, Warning};
use zeroize::Zeroizing;

use crate::answer;

/// The surroundings of this process.
#[derive(Default)]
pub(crate) struct Process {
    not_utf_8: OnceLock<String>,
}

impl Process {
    /// A variable that was asked for, and is no text.
    pub(crate) fn not_utf_8(&self) -> Option<&str> {
        self.not_utf_8.get().map(String::as_str)
    }
}

impl Surroundings for Process {
    fn variable(&self, name: &str) -> Option<String> {
        if let Err(VarError::NotUnicode(_)) = env::var(name) {
            // One is enough to tell of.
            let _ = self.not_utf_8.set(name.to_owned());
        }
        System.variable(name)
    }

    fn home_directory(&self) -> Option<PathBuf> {
        System.home_directory()
    }

    fn read_file(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        System.read_file(path)
    }

    fn run(&self, command: &Command) -> Result<Output, CommandError> {
        System.run(command)
    }

    fn now(&self) -> Timestamp {
        System.now()
    }

    fn random(&self) -> io::Result<u128> {
        System.random()
    }

    fn wait(&self, duration: Duration) {
        System.wait(duration);
    }

    fn is_readable_by_others(&self, path: &Path) -> bool {
        System.is_readable_by_others(path)
    }

    fn warn(&self, warning: &Warning) {
        answer::warn(&[warning.to_string()]);
    }
}
