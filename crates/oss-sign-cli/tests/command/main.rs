//! The command, run as a user runs it: arguments and environment in, text and exit code out.

#[cfg(test)]
mod bulk;
#[cfg(feature = "callback")]
#[cfg(test)]
mod callback;
#[cfg(test)]
mod credentials;
#[cfg(unix)]
#[cfg(test)]
mod curl;
// The guide is to the command with all its features.
#[cfg(all(unix, feature = "callback", feature = "emulator"))]
#[cfg(test)]
mod docs;
#[cfg(feature = "emulator")]
#[cfg(test)]
mod emulator;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod help;
#[cfg(test)]
mod json;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod output;
#[cfg(unix)]
#[cfg(test)]
mod post;
#[cfg(test)]
mod presign;
#[cfg(test)]
mod run;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sign;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod warnings;
