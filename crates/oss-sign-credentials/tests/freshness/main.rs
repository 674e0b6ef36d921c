//! Credentials that are kept and refreshed, and what is signed with them: sources and clocks are in
//! the hands of the tests, and nothing sleeps.

#[cfg(test)]
mod clock;
#[cfg(test)]
mod fault;
#[cfg(test)]
mod race;
#[cfg(test)]
mod refresher;
#[cfg(test)]
mod signer;
#[cfg(test)]
mod source;
#[cfg(test)]
mod task;
#[cfg(test)]
mod zone;
