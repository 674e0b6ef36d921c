//! SDKs for other languages: processes that live as long as this one, and time their own loops.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::case::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, ENDPOINT, EXPIRES, KEY, PROCESS, REGION,
};
use crate::check;
use crate::contestant::{Contestant, Group, Kind};
use crate::ours::{V4_PRESIGN, at_this_moment};

/// Group, name, program, and what it is to do.
const SDKS: [(&str, &str, Program, &str); 5] = [
    (V4_PRESIGN, "ali-oss (Node)", Program::Node, "v4"),
    (V4_PRESIGN, "oss2 (Python)", Program::Python, "oss2-v4"),
    (V4_PRESIGN, "alibabacloud-oss-v2 (Python)", Program::Python, "oss-v2-v4"),
    ("v1 presign, key cached", "ali-oss (Node)", Program::Node, "v1"),
    ("v1 presign, key cached", "oss2 (Python)", Program::Python, "oss2-v1"),
];

enum Program {
    Node,
    Python,
}

/// Adds the SDKs that `sdks.sh` installed in a directory.
pub fn add(groups: &mut [Group], directory: &Path) {
    for (group, name, program, what) in SDKS {
        let group = groups.iter_mut().find(|each| each.name == group);
        match (group, Sdk::start(&program, what, directory)) {
            (Some(group), Ok((sdk, url))) => group.contestants.push(sdk.contestant(name, &url)),
            (_, Err(error)) => eprintln!("not run: {name}, {what}: {error}"),
            (None, _) => {}
        }
    }
}

struct Sdk {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Sdk {
    /// Its first line is a URL.
    fn start(program: &Program, what: &str, directory: &Path) -> io::Result<(Self, String)> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("sdks");
        let (program, script) = match program {
            Program::Node => (OsStr::new("node").to_owned(), scripts.join("presign.cjs")),
            Program::Python => {
                (directory.join("python/bin/python").into(), scripts.join("presign.py"))
            }
        };
        let mut command = Command::new(program);
        command.arg(script).arg(what).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::null()).env("NODE_PATH", directory.join("node_modules"));
        let expires = EXPIRES.as_secs().to_string();
        command.envs([
            ("ACCESS_KEY_ID", ACCESS_KEY_ID),
            ("ACCESS_KEY_SECRET", ACCESS_KEY_SECRET),
            ("BUCKET", BUCKET),
            ("REGION", REGION),
            ("ENDPOINT", ENDPOINT),
            ("KEY", KEY),
            ("PROCESS", PROCESS.1),
            ("EXPIRES", expires.as_str()),
        ]);
        let mut child = command.spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(stdin), Some(stdout)) = (stdin, stdout) else { unreachable!("both are piped") };
        let mut sdk = Self { child, stdin, stdout: BufReader::new(stdout) };
        let url = sdk.line()?;
        Ok((sdk, url))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            return Err(io::Error::other("it ended; is it installed?"));
        }
        Ok(line.trim_end().to_owned())
    }

    /// Has it presign so many times, and tell how many nanoseconds it took.
    fn run(&mut self, times: u64) -> io::Result<Duration> {
        writeln!(self.stdin, "{times}")?;
        let line = self.line()?;
        line.parse().map(Duration::from_nanos).map_err(io::Error::other)
    }

    fn contestant(mut self, name: &str, url: &str) -> Contestant {
        let fault = check::url(url, at_this_moment());
        let run = move |times| self.run(times).expect("an SDK that began goes on");
        Contestant {
            name: name.to_owned(),
            kind: Kind::Peer,
            fault: fault.err(),
            run: Box::new(run),
            is_elsewhere: true,
        }
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
