//! What the programs for a microcontroller share: the machine that QEMU plays, its stack, and
//! requests that the official SDKs signed.
#![no_std]

pub mod calls;
mod machine;
pub mod stack;
pub mod vectors;

pub use machine::{entry, instructions_of};
