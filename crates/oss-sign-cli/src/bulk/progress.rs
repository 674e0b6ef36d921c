//! How far it is, for who waits at a terminal.

use std::time::Instant;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

const OF_KNOWN_LENGTH: &str = "{wide_bar} {percent:>3}%  {msg}, {eta} left";
const OF_UNKNOWN_LENGTH: &str = "{spinner} {msg}";

pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// `len` counts the bytes to read. Nothing is shown where standard error is no terminal.
    pub(crate) fn new(len: Option<u64>, is_hidden: bool) -> Self {
        let target =
            if is_hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(len, target);
        let template = len.map_or(OF_UNKNOWN_LENGTH, |_| OF_KNOWN_LENGTH);
        let style = ProgressStyle::with_template(template);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, started: Instant::now() }
    }

    /// `read` more bytes have become `urls` in all.
    pub(crate) fn advance(&self, read: usize, urls: u64) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_message(self.rate(urls));
        self.bar.inc(read as u64);
    }

    /// Writes lines to standard error, around the bar.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Leaves the bar as it is.
    pub(crate) fn end(&self) {
        self.bar.abandon();
    }

    fn rate(&self, urls: u64) -> String {
        let per_second =
            u128::from(urls) * 1_000_000_000 / self.started.elapsed().as_nanos().max(1);
        let per_second = u64::try_from(per_second).unwrap_or(u64::MAX);
        format!("{} URLs, {} a second", HumanCount(urls), HumanCount(per_second))
    }
}
