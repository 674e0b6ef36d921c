//! A future that is polled when a test says so.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

pub(crate) struct Task<'t, T> {
    future: Pin<Box<dyn Future<Output = T> + Send + 't>>,
    woken: Arc<Flag>,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<'t, T> Task<'t, T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 't) -> Self {
        Self { future: Box::pin(future), woken: Arc::default() }
    }

    /// Polls once; `None` while it waits.
    pub(crate) fn poll(&mut self) -> Option<T> {
        let waker = Waker::from(Arc::clone(&self.woken));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    /// Whether it was woken since it was asked last.
    pub(crate) fn is_woken(&self) -> bool {
        self.woken.0.swap(false, Ordering::SeqCst)
    }
}
