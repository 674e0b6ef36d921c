//! What a provider does, one step at a time, without doing any of it.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use futures_channel::oneshot;

use crate::command::{Command, CommandError, Output};
use crate::error::Error;
use crate::http::{AsyncTransport, Request, Response, Transport, TransportError};
use crate::surroundings::Surroundings;

/// Either a result, or something to be done and what to make of its outcome.
///
/// Providers say what to do and never do it: so each is written once, and driven by
/// [`run`](Self::run) or [`run_async`](Self::run_async), or by a loop of your own.
#[must_use = "nothing happens until the step is done"]
#[allow(clippy::exhaustive_enums, reason = "whoever drives it must do every kind of step")]
pub enum Step<'p, T> {
    /// There is nothing left to do.
    Done(Result<T, Error>),
    /// Send this request, and go on with the answer.
    Send(Request, Then<'p, T, Result<Response, TransportError>>),
    /// Run this command, and go on with its output.
    Run(Command, Then<'p, T, Result<Output, CommandError>>),
    /// Wait, and go on.
    Wait(Duration, Then<'p, T, ()>),
}

/// What follows a step, given its outcome.
pub type Then<'p, T, Outcome> = Box<dyn FnOnce(Outcome) -> Step<'p, T> + Send + 'p>;

impl<'p, T: 'p> Step<'p, T> {
    /// A result that is there already.
    pub fn done(value: T) -> Self {
        Self::Done(Ok(value))
    }

    /// An error.
    pub fn failed(error: Error) -> Self {
        Self::Done(Err(error))
    }

    /// Sends `request` and goes on with the answer.
    pub fn send(
        request: Request,
        then: impl FnOnce(Result<Response, TransportError>) -> Self + Send + 'p,
    ) -> Self {
        Self::Send(request, Box::new(then))
    }

    /// Runs `command` and goes on with its output.
    pub fn run_command(
        command: Command,
        then: impl FnOnce(Result<Output, CommandError>) -> Self + Send + 'p,
    ) -> Self {
        Self::Run(command, Box::new(then))
    }

    /// Waits, and goes on.
    pub fn wait(duration: Duration, then: impl FnOnce() -> Self + Send + 'p) -> Self {
        Self::Wait(duration, Box::new(|()| then()))
    }

    /// Goes on with the result, whatever it is: as a chain does that tries the next provider.
    pub fn then<U: 'p>(
        self,
        next: impl FnOnce(Result<T, Error>) -> Step<'p, U> + Send + 'p,
    ) -> Step<'p, U> {
        match self {
            Self::Done(result) => next(result),
            Self::Send(request, then) => Step::send(request, move |answer| then(answer).then(next)),
            Self::Run(command, then) => {
                Step::run_command(command, move |output| then(output).then(next))
            }
            Self::Wait(duration, then) => Step::wait(duration, move || then(()).then(next)),
        }
    }

    /// Goes on with the value; an error ends it.
    pub fn and_then<U: 'p>(self, next: impl FnOnce(T) -> Step<'p, U> + Send + 'p) -> Step<'p, U> {
        self.then(move |result| match result {
            Ok(value) => next(value),
            Err(error) => Step::failed(error),
        })
    }

    /// Changes the value, or makes an error of it.
    pub fn try_map<U: 'p>(
        self,
        change: impl FnOnce(T) -> Result<U, Error> + Send + 'p,
    ) -> Step<'p, U> {
        self.and_then(move |value| Step::Done(change(value)))
    }

    /// Does every step, one after the other, and blocks until there is a result.
    ///
    /// # Errors
    ///
    /// What the provider makes of the outcomes of the steps.
    pub fn run(
        mut self,
        transport: &dyn Transport,
        surroundings: &dyn Surroundings,
    ) -> Result<T, Error> {
        loop {
            self = match self {
                Self::Done(result) => return result,
                Self::Send(request, then) => then(transport.send(&request)),
                Self::Run(command, then) => then(surroundings.run(&command)),
                Self::Wait(duration, then) => {
                    surroundings.wait(duration);
                    then(())
                }
            }
        }
    }

    /// Does every step without blocking the thread; commands and waits have threads of their own.
    /// Dropped, it sends nothing more.
    ///
    /// # Errors
    ///
    /// What the provider makes of the outcomes of the steps.
    pub async fn run_async(
        mut self,
        transport: &dyn AsyncTransport,
        surroundings: &Arc<dyn Surroundings>,
    ) -> Result<T, Error> {
        loop {
            self = match self {
                Self::Done(result) => return result,
                Self::Send(request, then) => then(transport.send(&request).await),
                Self::Run(command, then) => {
                    let there = Arc::clone(surroundings);
                    let output = in_a_thread(move || there.run(&command)).await;
                    then(output.unwrap_or(Err(CommandError::Other)))
                }
                Self::Wait(duration, then) => {
                    let there = Arc::clone(surroundings);
                    // Without a thread there is no waiting, which harms nobody.
                    let _ = in_a_thread(move || there.wait(duration)).await;
                    then(())
                }
            }
        }
    }
}

impl<T> From<Result<T, Error>> for Step<'_, T> {
    fn from(result: Result<T, Error>) -> Self {
        Self::Done(result)
    }
}

impl<T> fmt::Debug for Step<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(Ok(_)) => formatter.write_str("Done(Ok)"),
            Self::Done(Err(error)) => write!(formatter, "Done({error:?})"),
            Self::Send(request, _) => write!(formatter, "Send({request:?})"),
            Self::Run(command, _) => write!(formatter, "Run({command:?})"),
            Self::Wait(duration, _) => write!(formatter, "Wait({duration:?})"),
        }
    }
}

/// What `action` gives, in a thread of its own; `None` if there is no thread to be had, or `action`
/// panicked.
async fn in_a_thread<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    // Nobody may be waiting any more.
    thread::Builder::new().spawn(move || drop(sender.send(action()))).ok()?;
    receiver.await.ok()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::Mutex;

    use oss_sign::Timestamp;
    use zeroize::Zeroizing;

    use super::*;
    use crate::http::{Method, Offline, Origin};
    use crate::provide::BoxFuture;

    /// Writes down what is done.
    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);

    impl Log {
        fn write(&self, line: String) {
            self.0.lock().unwrap().push(line);
        }
    }

    impl Transport for Log {
        fn send(&self, request: &Request) -> Result<Response, TransportError> {
            self.write(request.path_and_query().to_owned());
            Ok(Response::new(200, "answer"))
        }
    }

    impl AsyncTransport for Log {
        fn send<'t>(
            &'t self,
            request: &'t Request,
        ) -> BoxFuture<'t, Result<Response, TransportError>> {
            Box::pin(async { Transport::send(self, request) })
        }
    }

    impl Surroundings for Log {
        fn variable(&self, _: &str) -> Option<String> {
            None
        }

        fn home_directory(&self) -> Option<PathBuf> {
            None
        }

        fn read_file(&self, _: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn run(&self, command: &Command) -> Result<Output, CommandError> {
            self.write(command.program().to_owned());
            Ok(Output::new(b"output".to_vec()))
        }

        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn random(&self) -> io::Result<u128> {
            Ok(0)
        }

        fn wait(&self, duration: Duration) {
            self.write(format!("{duration:?}"));
        }
    }

    fn steps<'p>() -> Step<'p, String> {
        let request = Request::new(Method::Get, Origin::parse("h").unwrap(), "/sent".to_owned());
        let command = Command::new("run".to_owned(), Vec::new(), Duration::from_secs(1));
        let length = Step::send(request, |answer| Step::done(answer.unwrap().body().len()));
        let lengths = length.and_then(|answer| {
            Step::wait(Duration::from_secs(2), move || {
                Step::run_command(command, move |output| {
                    Step::done([answer, output.unwrap().stdout.len()])
                })
            })
        });
        lengths.try_map(|lengths| Ok(format!("{lengths:?}")))
    }

    #[test]
    fn steps_are_done_in_order_by_the_calling_thread() {
        let log = Log::default();
        assert_eq!(steps().run(&log, &log), Ok("[6, 6]".to_owned()));
        assert_eq!(log.0.into_inner().unwrap(), ["/sent", "2s", "run"]);
    }

    #[test]
    fn steps_are_done_in_order_by_a_future() {
        let log = Arc::new(Log::default());
        let surroundings: Arc<dyn Surroundings> = log.clone();
        let result = pollster::block_on(steps().run_async(&*log, &surroundings));
        assert_eq!(result, Ok("[6, 6]".to_owned()));
        assert_eq!(*log.0.lock().unwrap(), ["/sent", "2s", "run"]);
    }

    #[test]
    fn a_future_that_is_dropped_before_it_is_polled_sends_nothing() {
        let log = Arc::new(Log::default());
        let surroundings: Arc<dyn Surroundings> = log.clone();
        drop(steps().run_async(&*log, &surroundings));
        assert!(log.0.lock().unwrap().is_empty());
    }

    #[test]
    fn an_error_ends_it() {
        let log = Log::default();
        let name = crate::ProviderName::new("test");
        let error = Error::failed(name, crate::Cause::missing("all"));
        let step = Step::<()>::failed(error.clone()).and_then(|()| steps());
        assert_eq!(step.run(&Offline, &log), Err(error));
        assert!(log.0.into_inner().unwrap().is_empty());
    }

    #[test]
    fn surroundings_that_cannot_tell_who_reads_a_file_do_not_say_that_others_do() {
        assert!(!Log::default().is_readable_by_others(Path::new("/secret")));
    }
}
