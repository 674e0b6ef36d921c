use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use oss_sign::Timestamp;
use oss_sign_credentials::{Command, CommandError, Output, Surroundings, Warning};
use zeroize::Zeroizing;

/// 2024-08-30T07:03:06Z, the time of the surroundings of a test.
pub(crate) const NOW: u64 = 1_725_001_386;

/// Surroundings that are empty until a test fills them, with a clock that stands still.
#[derive(Default)]
pub(crate) struct Fake {
    variables: Mutex<HashMap<String, String>>,
    files: Mutex<HashMap<PathBuf, Vec<u8>>>,
    home: Mutex<Option<PathBuf>>,
    later: AtomicU64,
    numbers: AtomicU64,
    commands: Mutex<HashMap<String, Result<Output, CommandError>>>,
    waited: Mutex<Vec<Duration>>,
    readable_by_others: Mutex<Vec<PathBuf>>,
    warnings: Mutex<Vec<Warning>>,
}

impl Fake {
    pub(crate) fn with_variables<'v>(
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let fake = Self::default();
        variables.into_iter().for_each(|(name, value)| fake.set(name, value));
        fake
    }

    pub(crate) fn set(&self, name: &str, value: &str) {
        self.variables.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn write_file(&self, path: &str, content: &str) {
        self.files.lock().unwrap().insert(path.into(), content.into());
    }

    pub(crate) fn set_home(&self, path: &str) {
        *self.home.lock().unwrap() = Some(path.into());
    }

    /// The outcome of running this program, whatever its arguments.
    pub(crate) fn set_command(&self, program: &str, outcome: Result<Output, CommandError>) {
        self.commands.lock().unwrap().insert(program.to_owned(), outcome);
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.later.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Gives a file a mode of 0644.
    pub(crate) fn let_others_read(&self, path: &str) {
        self.readable_by_others.lock().unwrap().push(path.into());
    }

    /// What a provider warned of.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap().clone()
    }

    /// The waits that a provider asked for.
    pub(crate) fn waited(&self) -> Vec<Duration> {
        self.waited.lock().unwrap().clone()
    }
}

impl Surroundings for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.lock().unwrap().get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn home_directory(&self) -> Option<PathBuf> {
        self.home.lock().unwrap().clone()
    }

    fn read_file(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        let files = self.files.lock().unwrap();
        files.get(path).cloned().map(Zeroizing::new).ok_or(io::ErrorKind::NotFound.into())
    }

    fn run(&self, command: &Command) -> Result<Output, CommandError> {
        let commands = self.commands.lock().unwrap();
        commands.get(command.program()).cloned().unwrap_or(Err(CommandError::NotFound))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(NOW + self.later.load(Ordering::Relaxed)).unwrap()
    }

    fn random(&self) -> io::Result<u128> {
        Ok(self.numbers.fetch_add(1, Ordering::Relaxed).into())
    }

    fn wait(&self, duration: Duration) {
        self.waited.lock().unwrap().push(duration);
    }

    fn is_readable_by_others(&self, path: &Path) -> bool {
        self.readable_by_others.lock().unwrap().iter().any(|other| other == path)
    }

    fn warn(&self, warning: &Warning) {
        self.warnings.lock().unwrap().push(warning.clone());
    }
}
