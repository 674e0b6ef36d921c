//! An emulator that is killed during uploads loses nothing that it acknowledged, and shows nothing
//! that is half.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{env, io, thread};

use oss_sign::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::client::{agent, send_by};
use crate::process::Server;

/// How often it is killed; `scripts/kill.sh` sets it.
const KILLS: &str = "OSS_SIGN_EMULATOR_TEST_KILLS";

const KEYS_OF_A_WRITER: usize = 5;
const WRITERS: usize = 3;

/// What an object is: nothing, or the bytes of this number.
type State = Option<u32>;

/// What a key may be after a crash: what was acknowledged last, or anything that was tried since.
#[derive(Clone, Debug, Default)]
struct Expected {
    acknowledged: State,
    tried: Vec<State>,
}

/// The bytes of a number: of any length, and each tells which number it is of.
fn bytes(number: u32) -> Vec<u8> {
    let length = 1 + usize::try_from(number).unwrap() * 7919 % 60_000;
    number.to_be_bytes().into_iter().cycle().take(length.max(4)).collect()
}

/// Keys that one thread alone writes, so that what they should be is known.
#[derive(Clone, Debug)]
struct Writer {
    number: usize,
    keys: Vec<Expected>,
}

impl Writer {
    fn new(number: usize) -> Self {
        Self { number, keys: vec![Expected::default(); KEYS_OF_A_WRITER] }
    }

    fn key(&self, slot: usize) -> String {
        format!("{}/{slot}", self.number)
    }

    /// Uploads and deletes until the emulator is gone, and tells of each success.
    fn write(&mut self, server: &Server, first: u32, acknowledged: &Sender<()>) {
        let agent = agent();
        for number in first.. {
            let slot = usize::try_from(number).unwrap() % KEYS_OF_A_WRITER;
            let key = self.key(slot);
            let expected = &mut self.keys[slot];
            let (method, state, status) = match number % 4 {
                3 => (Method::Delete, None, 204),
                _ => (Method::Put, Some(number), 200),
            };
            expected.tried.push(state);
            let url = server.url(method, &key, &[]);
            let Ok(answer) = send_by(&agent, method.as_str(), &url, &[], &bytes(number)) else {
                return;
            };
            answer.expect(status);
            *expected = Expected { acknowledged: state, tried: Vec::new() };
            // An error: nobody counts any more.
            let _ = acknowledged.send(());
        }
    }

    /// Whether each key is something that it may be. That is what it is then.
    fn check(&mut self, server: &Server) {
        for slot in 0..KEYS_OF_A_WRITER {
            let acknowledged = check(server, &self.key(slot), &self.keys[slot]);
            self.keys[slot] = Expected { acknowledged, tried: Vec::new() };
        }
    }
}

/// The bytes of an upload that kills the emulator in its midst, once so many others succeeded.
struct Deadly<'s> {
    server: &'s Server,
    left: usize,
    others: usize,
    acknowledged: Receiver<()>,
}

impl Read for Deadly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // Fewer: a writer failed, which tells why.
            assert_eq!(self.acknowledged.iter().take(self.others).count(), self.others);
            self.server.kill();
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = self.left.min(buffer.len());
        self.left -= count;
        buffer.get_mut(..count).unwrap().fill(b'x');
        Ok(count)
    }
}

#[test]
fn a_killed_emulator_loses_nothing_that_it_acknowledged() {
    let kills: u32 = env::var(KILLS).map_or(10, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    let mut runner = TestRunner::deterministic();
    for kill in 0..kills {
        let server = Server::start(folder.path());
        writers.iter_mut().for_each(|writer| writer.check(&server));
        let moment = (0_usize..400_000, 0_usize..12).new_tree(&mut runner).unwrap();
        let (left, others) = moment.current();
        let (acknowledging, acknowledged) = channel();
        thread::scope(|scope| {
            for writer in &mut writers {
                let (server, acknowledging) = (&server, acknowledging.clone());
                scope.spawn(move || writer.write(server, kill * 10_000, &acknowledging));
            }
            // Only the writers': so that nobody waits for one that failed.
            drop(acknowledging);
            upload_and_kill(Deadly { server: &server, left, others, acknowledged });
        });
    }
    let server = Server::start(folder.path());
    writers.iter_mut().for_each(|writer| writer.check(&server));
    println!("killed {kills} times: no object lost, none half");
}

fn upload_and_kill(mut body: Deadly<'_>) {
    let url = body.server.url(Method::Put, "deadly", &[]);
    let request = http::Request::put(url).body(ureq::SendBody::from_reader(&mut body)).unwrap();
    assert!(agent().run(request).is_err());
}

/// What a key is, which must be something that it may be.
fn check(server: &Server, key: &str, expected: &Expected) -> State {
    let url = server.url(Method::Get, key, &[]);
    let got = send_by(&agent(), "GET", &url, &[], b"").unwrap();
    let state = match got.status {
        404 => None,
        _ => Some(u32::from_be_bytes(*got.body.first_chunk().unwrap())),
    };
    if let Some(number) = state {
        assert!(got.body == bytes(number), "{key} is not whole");
    }
    let is_possible = state == expected.acknowledged || expected.tried.contains(&state);
    assert!(is_possible, "{key} is {state:?}, and should be {expected:?}");
    state
}
