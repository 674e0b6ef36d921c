//! Properties: what holds of every request, however odd.
#![cfg(test)]

mod inputs;
mod invariants;
mod reference;
