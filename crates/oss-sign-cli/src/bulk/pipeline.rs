//! One reader, many that presign, one writer. Chunks go round the presigning threads in turn, and
//! the writer takes them in the same turn: so the order is kept, and no chunk waits but in a channel
//! of few places.

use core::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::process::{self, ExitCode};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::bulk::output::Output;
use crate::bulk::presigner::{Presigned, Presigner};
use crate::bulk::progress::Progress;
use crate::bulk::source::Source;
use crate::mistake::Mistake;

/// How many chunks wait in a channel: one, while the next is made.
const PLACES: usize = 1;

/// The exit code of a process that a Ctrl-C ended, as shells have it.
const INTERRUPTED: u8 = 130;

type Chunk = Result<Vec<u8>, Mistake>;
type Made = Result<Presigned, Mistake>;

/// The writer's ends of the channels to a presigning thread.
struct Maker {
    made: Receiver<Made>,
    /// Memory that was written is used again: to get it anew from the system for each chunk costs
    /// as much as half the presigning.
    rooms: Sender<Vec<u8>>,
}

pub(crate) fn run(
    source: Source,
    presigner: &Presigner<'_>,
    output: Output,
    progress: Progress,
    threads: usize,
) -> Result<ExitCode, Mistake> {
    let writer = Arc::new(Mutex::new(Writer::new(output, progress, presigner.entries().noun())));
    end_on_interrupt(&writer)?;
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..threads).map(|_| sync_channel(PLACES)).unzip();
    let terminator = presigner.entries().terminator();
    // Not within the scope, as it may wait for its input for ever.
    thread::spawn(move || read(source, terminator, &senders));
    let code = thread::scope(|scope| {
        let spawn = |chunks: Receiver<Chunk>| {
            let (sender, made) = sync_channel(PLACES);
            let (rooms, emptied) = channel();
            scope.spawn(move || presign(presigner, &chunks, &emptied, &sender));
            Maker { made, rooms }
        };
        let makers: Vec<Maker> = receivers.into_iter().map(spawn).collect();
        write(&writer, presigner.heading(), &makers)
    });
    Ok(code)
}

fn read(mut source: Source, terminator: u8, presigners: &[SyncSender<Chunk>]) {
    for presigner in presigners.iter().cycle() {
        let Some(chunk) = source.next_chunk(terminator).transpose() else { return };
        let is_end = chunk.is_err();
        if presigner.send(chunk).is_err() || is_end {
            return;
        }
    }
}

fn presign(
    presigner: &Presigner<'_>,
    chunks: &Receiver<Chunk>,
    emptied: &Receiver<Vec<u8>>,
    writer: &SyncSender<Made>,
) {
    for chunk in chunks {
        let room = || emptied.try_recv().unwrap_or_default();
        if writer.send(chunk.map(|chunk| presigner.presign(&chunk, room()))).is_err() {
            return;
        }
    }
}

fn write(writer: &Mutex<Writer>, heading: &str, makers: &[Maker]) -> ExitCode {
    match write_all(writer, heading, makers) {
        Ok(()) => lock(writer).finish(),
        Err(end) => end.exit(writer),
    }
}

/// Takes the chunks in the turn in which they were dealt out. The first who has none was not dealt
/// any, so there are no more.
fn write_all(writer: &Mutex<Writer>, heading: &str, makers: &[Maker]) -> Result<(), End> {
    lock(writer).write(heading.as_bytes())?;
    for Maker { made, rooms } in makers.iter().cycle() {
        let Ok(presigned) = made.recv() else { break };
        let emptied = lock(writer).take(presigned)?;
        // Who has ended makes no more.
        let _ = rooms.send(emptied);
    }
    Ok(())
}

/// Why to stop before all is done.
enum End {
    /// The reader of the output has had enough.
    Unread,
    Failed(Mistake),
    /// A problem, told already, and `--strict`.
    Strict,
}

impl End {
    /// Ends the process: other threads may wait for an input that does not come.
    #[allow(clippy::exit, reason = "all that is to be written is written")]
    fn exit(self, writer: &Mutex<Writer>) -> ! {
        let writer = lock(writer);
        let code = match self {
            Self::Unread => 0,
            Self::Strict => 1,
            Self::Failed(mistake) => {
                writer.tell(&mistake);
                1
            }
        };
        writer.progress.end();
        process::exit(code)
    }
}

/// What the writer and the end by Ctrl-C share.
struct Writer {
    output: Output,
    progress: Progress,
    noun: &'static str,
    records: u64,
    urls: u64,
    problems: u64,
}

impl Writer {
    fn new(output: Output, progress: Progress, noun: &'static str) -> Self {
        Self { output, progress, noun, records: 0, urls: 0, problems: 0 }
    }

    /// Writes a chunk, and gives its memory back.
    fn take(&mut self, presigned: Made) -> Result<Vec<u8>, End> {
        let presigned = presigned.map_err(End::Failed)?;
        self.write(&presigned.text)?;
        self.urls += presigned.urls;
        self.problems += presigned.problems.len() as u64;
        self.progress.advance(presigned.read, self.urls);
        if !presigned.problems.is_empty() {
            self.tell_problems(&presigned.problems);
        }
        self.records += presigned.records as u64;
        if presigned.is_strict_end { Err(End::Strict) } else { Ok(presigned.text) }
    }

    fn write(&mut self, lines: &[u8]) -> Result<(), End> {
        self.output.write(lines).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => End::Unread,
            _ => End::Failed(Mistake::new(format!("cannot write the output: {error}"))),
        })
    }

    fn tell_problems(&self, problems: &[(usize, Mistake)]) {
        self.progress.suspend(|| {
            // At once, as there may be many.
            let mut lines = io::BufWriter::new(io::stderr().lock());
            for (index, problem) in problems {
                let number = self.records + *index as u64 + 1;
                let _ = writeln!(lines, "oss-sign: {} {number}: {problem}", self.noun);
            }
            let _ = lines.flush();
        });
    }

    fn tell(&self, line: &impl fmt::Display) {
        self.progress.suspend(|| {
            let _ = writeln!(io::stderr(), "oss-sign: {line}");
        });
    }

    fn finish(&self) -> ExitCode {
        self.progress.end();
        if self.problems == 0 {
            return ExitCode::SUCCESS;
        }
        let keys = self.urls + self.problems;
        self.tell(&format_args!("{} of {keys} keys could not be presigned", self.problems));
        ExitCode::FAILURE
    }
}

/// A Ctrl-C waits until the lines that are being written are whole.
fn end_on_interrupt(writer: &Arc<Mutex<Writer>>) -> Result<(), Mistake> {
    let writer = Arc::clone(writer);
    ctrlc::set_handler(move || interrupted(&writer))
        .map_err(|error| Mistake::new(format!("cannot listen for Ctrl-C: {error}")))
}

#[allow(clippy::exit, reason = "a Ctrl-C is to end the process")]
fn interrupted(writer: &Mutex<Writer>) {
    let writer = lock(writer);
    writer.progress.end();
    writer.tell(&format_args!("interrupted after {} URLs", writer.urls));
    process::exit(INTERRUPTED.into())
}

fn lock(writer: &Mutex<Writer>) -> MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}
