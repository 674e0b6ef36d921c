//! A call of STS: sent, read, and tried again where that helps.

use core::time::Duration;

use oss_sign::Timestamp;
use zeroize::Zeroizing;

use super::remedy::remedy;
use crate::answer::Refusal;
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::http::{Limits, Method, Origin, Request, Response, TransportError};
use crate::provider::ProviderName;
use crate::rpc::{Nonce, Parameters};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// How often a call is tried in all.
const ATTEMPTS: u32 = 3;

/// The wait before a second try is once to twice as long, that before a third two to three times.
const PAUSE: Duration = Duration::from_millis(250);

/// These are sent in the query, for whoever reads the log of a proxy. All else is in the body.
const IN_QUERY: [&str; 3] = ["Action", "Version", "Format"];

pub(super) type Read<T> = fn(&Origin, &Response, Timestamp) -> Result<T, Cause>;

/// A call, before it is known when it is sent.
pub(super) struct Call<T> {
    pub(super) provider: ProviderName,
    pub(super) origin: Origin,
    pub(super) limits: Limits,
    pub(super) parameters: Parameters,
    /// Nobody signs where a token speaks for itself.
    pub(super) signer: Option<Credentials>,
    pub(super) read: Read<T>,
}

/// A call that was not answered as hoped.
struct Failure {
    error: Error,
    /// Might it be another time?
    is_transient: bool,
}

impl<T> Call<T> {
    pub(super) fn start<'p>(self, surroundings: &'p dyn Surroundings) -> Step<'p, T>
    where
        T: 'p,
    {
        self.attempt(1, surroundings)
    }

    fn attempt<'p>(self, number: u32, surroundings: &'p dyn Surroundings) -> Step<'p, T>
    where
        T: 'p,
    {
        let (request, string_to_sign) = match self.request(surroundings) {
            Ok(sent) => sent,
            Err(cause) => return Step::failed(Error::failed(self.provider, cause)),
        };
        Step::send(request, move |answer| {
            match self.outcome(answer, &string_to_sign, surroundings.now()) {
                Ok(value) => Step::done(value),
                Err(failure) if failure.is_transient && number < ATTEMPTS => Step::wait(
                    pause(number, surroundings.random().unwrap_or_default()),
                    move || self.attempt(number + 1, surroundings),
                ),
                Err(failure) => Step::failed(failure.error),
            }
        })
    }

    /// The request, and the text that was signed, if any was. Nonce and time are those of this try.
    fn request(
        &self,
        surroundings: &dyn Surroundings,
    ) -> Result<(Request, Zeroizing<String>), Cause> {
        let (parameters, string_to_sign) = match &self.signer {
            None => (self.parameters.clone(), Zeroizing::default()),
            Some(signer) => {
                let nonce = Nonce(surroundings.random().map_err(|_| Cause::Random)?);
                let now = surroundings.now();
                let call = self.parameters.clone().sign(Method::Post, signer, now, nonce)?;
                (call.parameters().clone(), Zeroizing::new(call.string_to_sign().to_owned()))
            }
        };
        let query = parameters.encoded_if(|name| IN_QUERY.contains(&name));
        let body = parameters.encoded_if(|name| !IN_QUERY.contains(&name));
        let request = Request::new(Method::Post, self.origin.clone(), ["/?", &query].concat())
            .with_header("accept", "application/json")
            .with_header("content-type", "application/x-www-form-urlencoded")
            .with_header("user-agent", concat!("oss-sign/", env!("CARGO_PKG_VERSION")))
            .with_body(body.as_str())
            .with_limits(self.limits.clone());
        Ok((request, string_to_sign))
    }

    fn outcome(
        &self,
        answer: Result<Response, TransportError>,
        string_to_sign: &str,
        now: Timestamp,
    ) -> Result<T, Failure> {
        let failed = |cause, is_transient| Failure {
            error: Error::failed(self.provider.clone(), cause),
            is_transient,
        };
        let response = answer.map_err(|error| {
            failed(Cause::Transport(self.origin.clone(), error), error.is_transient())
        })?;
        if response.status() == 200 {
            return (self.read)(&self.origin, &response, now).map_err(|cause| failed(cause, false));
        }
        let refusal = Refusal::read(&response);
        let is_throttled = refusal.code.as_ref().is_some_and(|code| code.starts_with("Throttling"));
        let remedy = remedy(self, &refusal, &response, string_to_sign, now);
        let is_transient = is_throttled || response.status() >= 500;
        let mut failure = failed(refusal.cause(&self.origin, response.status()), is_transient);
        if let Some(remedy) = remedy {
            failure.error = failure.error.with_remedy(remedy);
        }
        Err(failure)
    }
}

/// Longer each time, and not the same for everybody who was refused at the same moment.
fn pause(number: u32, random: u128) -> Duration {
    let jitter = random % PAUSE.as_millis();
    PAUSE * number + Duration::from_millis(u64::try_from(jitter).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_become_longer_and_are_spread() {
        for (number, random, milliseconds) in
            [(1, 0, 250), (2, 0, 500), (1, 249, 499), (1, 250, 250), (2, u128::MAX, 705)]
        {
            assert_eq!(pause(number, random).as_millis(), milliseconds, "{number} {random}");
        }
    }
}
