//! The floors: the compressions of a case through the block function of the hash, one after the
//! other, as each starts from what the one before has left. No implementation on the same hash gets
//! below.

use std::hint::black_box;

use crate::contestant::{Contestant, Kind};

const MAX_BLOCKS: usize = 32;

/// How many blocks a hash makes of a text: a bit 1 and the length in 8 bytes follow it.
pub fn blocks(len: usize) -> usize {
    (len + 9).div_ceil(64)
}

pub fn sha256(compressions: usize) -> Contestant {
    let blocks = [[0x5a_u8; 64]; MAX_BLOCKS];
    Contestant::new(
        Kind::Floor,
        format!("floor: {compressions} compressions of SHA-256"),
        move || {
            let mut state = black_box([0x6a09_e667_u32; 8]);
            sha2::block_api::compress256(&mut state, &black_box(&blocks)[..compressions]);
            state
        },
    )
}

pub fn sha1(compressions: usize) -> Contestant {
    let blocks = [[0x5a_u8; 64]; MAX_BLOCKS];
    Contestant::new(
        Kind::Floor,
        format!("floor: {compressions} compressions of SHA-1"),
        move || {
            let mut state = black_box([0x6745_2301_u32; 5]);
            sha1::block_api::compress(&mut state, &black_box(&blocks)[..compressions]);
            state
        },
    )
}
