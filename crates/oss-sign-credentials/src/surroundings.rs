//! What a provider finds around it: environment, files, commands, clock, chance.

use core::fmt;
use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use oss_sign::Timestamp;
use zeroize::Zeroizing;

use crate::command::{self, Command, CommandError, Output};
use crate::error::Cause;

/// What a provider finds around it. [`System`] is that of this process; a test has its own.
///
/// Everything is asked for when it is needed, so that a variable or a file that changes is seen.
pub trait Surroundings: Send + Sync {
    /// An environment variable. One that is empty counts as not set.
    fn variable(&self, name: &str) -> Option<String>;

    /// The home directory; `None` if there is none, as in some containers and cron jobs.
    fn home_directory(&self) -> Option<PathBuf>;

    /// The content of a file.
    ///
    /// # Errors
    ///
    /// The file is not there, may not be read, or cannot be.
    fn read_file(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>>;

    /// Runs a command until it ends, or its time is over.
    ///
    /// # Errors
    ///
    /// It could not be run, failed, or took too long.
    fn run(&self, command: &Command) -> Result<Output, CommandError>;

    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// A random number.
    ///
    /// # Errors
    ///
    /// The operating system has none.
    fn random(&self) -> io::Result<u128>;

    /// Returns after this time.
    fn wait(&self, duration: Duration);

    /// May other users of this machine read the file? `false` where nobody can tell.
    fn is_readable_by_others(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// Hears what is no error, but should be seen to. Says it to nobody unless somebody listens.
    fn warn(&self, warning: &Warning) {
        let _ = warning;
    }
}

impl dyn Surroundings + '_ {
    /// The text of a file; what is wrong with it, if it cannot be had.
    pub(crate) fn read_text(&self, path: &Path) -> Result<Zeroizing<String>, Cause> {
        let file = |problem: String| Cause::File(path.to_owned(), problem.into());
        let mut bytes = self.read_file(path).map_err(|error| file(of_io(error.kind())))?;
        let text = String::from_utf8(core::mem::take(&mut bytes));
        text.map(Zeroizing::new).map_err(|error| {
            drop(Zeroizing::new(error.into_bytes()));
            file("is not UTF-8".to_owned())
        })
    }

    /// The text of a file that holds a secret: warns if others can read it.
    pub(crate) fn read_secret_text(&self, path: &Path) -> Result<Zeroizing<String>, Cause> {
        let text = self.read_text(path)?;
        if self.is_readable_by_others(path) {
            self.warn(&Warning::ReadableByOthers(path.to_owned()));
        }
        Ok(text)
    }

    /// The same, of a file that need not be there.
    pub(crate) fn read_secret_text_if_any(
        &self,
        path: &Path,
    ) -> Result<Option<Zeroizing<String>>, Cause> {
        match self.read_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            _ => self.read_secret_text(path).map(Some),
        }
    }

    /// Whether a variable switches something on: `true` or `1`, in any case; `false`, `0` and nothing
    /// do not. The official SDKs take any other text for `false`, where the user may have meant to
    /// forbid something.
    pub(crate) fn is_switched_on(&self, name: &'static str) -> Result<bool, Cause> {
        match self.variable(name).unwrap_or_default().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "" | "false" | "0" => Ok(false),
            _ => Err(Cause::invalid(name, "is neither `true` nor `false`")),
        }
    }
}

/// What is no error, but should be seen to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Other users of this machine may read this file, which holds a secret.
    ReadableByOthers(PathBuf),
    /// The certificate of the KMS client key ends at this instant.
    ClientKeyExpires(Timestamp),
}

/// After the path of the file.
fn of_io(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::NotFound => "is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        other => format!("cannot be read: {other}"),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadableByOthers(path) => {
                let path = path.display();
                write!(formatter, "{path} holds a secret, and others may read it: chmod 600 {path}")
            }
            Self::ClientKeyExpires(at) => {
                write!(formatter, "the KMS client key expires at {at}: create a new one")
            }
        }
    }
}

/// The surroundings of this process.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to it")]
pub struct System;

impl Surroundings for System {
    fn variable(&self, name: &str) -> Option<String> {
        // Text that is not Unicode is wrong, and must not look as if it were not there.
        let value = std::env::var_os(name)?.to_string_lossy().into_owned();
        Some(value).filter(|value| !value.is_empty())
    }

    fn home_directory(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|path| !path.as_os_str().is_empty())
    }

    fn read_file(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        std::fs::read(path).map(Zeroizing::new)
    }

    fn run(&self, command: &Command) -> Result<Output, CommandError> {
        command::run(command)
    }

    fn now(&self) -> Timestamp {
        // A clock before 1970 is not set. The service will say so.
        Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn random(&self) -> io::Result<u128> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(u128::from_ne_bytes(bytes))
    }

    fn wait(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    #[cfg(unix)]
    fn is_readable_by_others(&self, path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;

        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of this crate.
    fn manifest() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")
    }

    #[test]
    fn a_variable_is_that_of_the_process() {
        let path = System.variable("PATH").unwrap();
        assert_eq!(Some(path.as_ref()), std::env::var_os("PATH").as_deref());
        assert_eq!(System.variable("OSS_SIGN_TEST_OF_A_VARIABLE_THAT_NOBODY_SETS"), None);
    }

    #[test]
    fn the_home_directory_is_that_of_the_user() {
        let home = std::env::home_dir().filter(|home| home != Path::new(""));
        assert_eq!(System.home_directory(), home);
    }

    #[test]
    fn a_file_is_read_whole() {
        let content = System.read_file(&manifest()).unwrap();
        assert!(content.starts_with(b"[package]\n"));
        assert_eq!(content.len() as u64, std::fs::metadata(manifest()).unwrap().len());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_one_that_is_not_there() {
        let there: &dyn Surroundings = &System;
        let absent = manifest().with_file_name("no-such-file");
        assert_eq!(there.read_secret_text_if_any(&absent), Ok(None));
        let directory = there.read_secret_text_if_any(Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(matches!(directory, Err(Cause::File(..))), "{directory:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_readable_by_others_if_its_mode_says_so() {
        use std::os::unix::fs::PermissionsExt as _;

        let path = std::env::temp_dir().join(format!("oss-sign-mode-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        for (mode, expected) in [(0o600, false), (0o700, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(System.is_readable_by_others(&path), expected, "{mode:o}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(!System.is_readable_by_others(&path));
    }

    #[test]
    fn a_warning_says_what_to_do() {
        let readable = Warning::ReadableByOthers("/secret".into()).to_string();
        assert!(readable.ends_with("chmod 600 /secret"), "{readable}");
        let expires = Warning::ClientKeyExpires(Timestamp::UNIX_EPOCH).to_string();
        assert!(expires.contains("1970-01-01T00:00:00Z: create a new one"), "{expires}");
    }

    #[test]
    fn the_clock_is_set() {
        assert!(System.now().unix_seconds() > 1_700_000_000);
    }

    #[test]
    fn random_numbers_differ() {
        assert_ne!(System.random().unwrap(), System.random().unwrap());
    }
}
