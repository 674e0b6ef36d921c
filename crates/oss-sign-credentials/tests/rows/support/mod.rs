//! What the tests share: a server that answers as it is told, and surroundings that a test sets.

mod server;
mod surroundings;

use std::sync::Arc;

use oss_sign_credentials::http::{Request, Response, TransportError};
use oss_sign_credentials::{Credentials, Error, Provider, Reqwest, Step, Surroundings, Then, Ureq};

pub(crate) use server::{Answer, Asked, Server, nobody};
pub(crate) use surroundings::{Fake, NOW};

/// What the provider gives: first to a thread, over `ureq`, then to a future, over `reqwest`.
pub(crate) fn each_way(
    provider: &dyn Provider,
    surroundings: &Arc<Fake>,
) -> [Result<Credentials, Error>; 2] {
    let ureq = Ureq::new().without_proxy();
    let blocking = provider.acquire(&**surroundings).run(&ureq, &**surroundings);
    let reqwest = Reqwest::new().without_proxy();
    let surroundings: Arc<dyn Surroundings> = surroundings.clone();
    let step = provider.acquire(&*surroundings);
    let asynchronous = block_on(step.run_async(&reqwest, &surroundings));
    [blocking, asynchronous]
}

/// The credentials, the same each way.
pub(crate) fn credentials(provider: &dyn Provider, surroundings: &Arc<Fake>) -> Credentials {
    let [blocking, asynchronous] = each_way(provider, surroundings).map(Result::unwrap);
    assert_eq!(format!("{blocking:?}"), format!("{asynchronous:?}"));
    blocking
}

/// The error, the same each way.
pub(crate) fn error(provider: &dyn Provider, surroundings: &Arc<Fake>) -> Error {
    let [blocking, asynchronous] = each_way(provider, surroundings).map(Result::unwrap_err);
    assert_eq!(blocking, asynchronous);
    blocking
}

/// The request of a step that sends one, and what follows it.
pub(crate) fn sending<T>(
    step: Step<'_, T>,
) -> (Request, Then<'_, T, Result<Response, TransportError>>) {
    match step {
        Step::Send(request, then) => (request, then),
        _ => panic!("nothing is sent"),
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
