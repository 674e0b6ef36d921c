//! An emulator with a folder, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::{env, io};

use oss_sign::{Credentials, Method};
use oss_sign_emulator::Storage;

use crate::client::{Asked, ID, NOW, SECRET, at, builder, object, presigned};

const FOLDER: &str = "OSS_SIGN_EMULATOR_TEST_FOLDER";

const LISTENING: &str = "listening at ";

/// The process: this test alone.
#[test]
#[ignore = "other tests start it"]
fn the_emulator() {
    let folder = env::var_os(FOLDER).expect("who starts it sets it");
    let emulator = builder().storage(Storage::folder(folder)).spawn().unwrap();
    println!("{LISTENING}{}", emulator.endpoint());
    // Until it is killed, or whoever started it has ended.
    io::copy(&mut io::stdin(), &mut io::sink()).unwrap();
}

/// Ends when it is dropped.
pub(crate) struct Server {
    process: Mutex<Child>,
    pub(crate) endpoint: String,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "process::the_emulator"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let endpoint = lines.find_map(|line| {
            line.unwrap().split_once(LISTENING).map(|(_, endpoint)| endpoint.to_owned())
        });
        Self { process: Mutex::new(process), endpoint: endpoint.expect("it says where it listens") }
    }

    /// `SIGKILL`: nothing of it runs any more.
    pub(crate) fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub(crate) fn url(&self, method: Method, key: &str, query: &[(&str, &str)]) -> String {
        let asked = Asked::new(method, object(key)).query(query);
        presigned(&self.endpoint, asked, Credentials::new(ID, SECRET).unwrap(), at(NOW))
    }
}

/// The most memory that it ever had, in bytes.
#[cfg(target_os = "linux")]
impl Server {
    pub(crate) fn most_memory(&self) -> u64 {
        let id = self.process.lock().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = line.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        kibibytes << 10
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
