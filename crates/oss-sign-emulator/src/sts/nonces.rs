//! Nonces that were used: none is taken twice.

use std::collections::HashMap;

use oss_sign::Timestamp;

use super::caller::MAX_SKEW;

/// The nonces of the last half hour: an older call is refused for its time.
#[derive(Debug, Default)]
pub(super) struct Nonces(HashMap<String, Timestamp>);

impl Nonces {
    /// Remembers a nonce; `false` if it was used before.
    pub(super) fn take(&mut self, nonce: &str, now: Timestamp) -> bool {
        // Who calls often pays for tidying up seldom.
        if self.0.len() >= self.0.capacity() {
            self.0.retain(|_, used| {
                now.unix_seconds().saturating_sub(used.unix_seconds()) <= 2 * MAX_SKEW.as_secs()
            });
        }
        self.0.insert(nonce.to_owned(), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_nonce_is_taken_once() {
        let mut nonces = Nonces::default();
        assert!(nonces.take("a", at(0)));
        assert!(nonces.take("b", at(0)));
        assert!(!nonces.take("a", at(1)));
    }

    #[test]
    fn old_nonces_are_forgotten() {
        let mut nonces = Nonces::default();
        for second in 0..50_000 {
            assert!(nonces.take(&second.to_string(), at(second)));
        }
        assert!(nonces.0.len() < 8000, "{} are kept", nonces.0.len());
    }
}
