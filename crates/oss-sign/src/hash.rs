//! SHA-256 and SHA-1 of texts as they are written, and HMAC with keys in parts.
//!
//! The compressions are those of the crates `sha2` and `sha1`. What is around them (padding, and the
//! two states of RFC 2104) is here, because a text comes in pieces that fill blocks, and a key is a
//! value that is used many times: see `DESIGN.md`.

use core::slice::from_ref;

use zeroize::Zeroize;

use crate::sink::{Outlet, Sink, copy, fill, gather};

/// How many bytes a hash takes at a time.
const BLOCK: usize = 64;

/// How many blocks of a text are gathered before they are hashed: more save some calls, but small devices
/// have no room to spare.
const GATHERED: usize = if size_of::<usize>() < 8 { 1 } else { 2 };

/// A hash function of the family of SHA-1 and SHA-256: its state, and what makes a block go into it.
pub(crate) trait Hash {
    type State: AsRef<[u32]> + Copy + Zeroize;

    /// What is left when all is hashed.
    type Digest: AsRef<[u8]> + AsMut<[u8]> + Default + Zeroize;

    const INITIAL: Self::State;

    fn compress(state: &mut Self::State, blocks: &[[u8; BLOCK]]);
}

#[derive(Clone, Copy)]
pub(crate) struct Sha256;

impl Hash for Sha256 {
    type State = [u32; 8];
    type Digest = [u8; 32];

    const INITIAL: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];

    // Inlined next to code that uses AVX, as `-C target-cpu=native` with fat LTO would have it, the
    // SSE instructions of SHA are up to a hundred times slower on some CPUs.
    #[inline(never)]
    fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
        sha2::block_api::compress256(state, blocks);
    }
}

#[cfg(feature = "v1")]
#[derive(Clone, Copy)]
pub(crate) struct Sha1;

#[cfg(feature = "v1")]
impl Hash for Sha1 {
    type State = [u32; 5];
    type Digest = [u8; 20];

    const INITIAL: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

    // As above.
    #[inline(never)]
    fn compress(state: &mut [u32; 5], blocks: &[[u8; BLOCK]]) {
        sha1::block_api::compress(state, blocks);
    }
}

/// The hash of the text that `emit` writes.
pub(crate) fn hash<H: Hash>(emit: impl FnOnce(&mut Sink<'_>)) -> H::Digest {
    digest::<H>(Running::<H>::new(H::INITIAL, 0).finish(emit))
}

/// The key of an HMAC, ready for use: the states that the two blocks of RFC 2104 leave behind. It is
/// wiped on drop.
#[derive(Clone)]
pub(crate) struct HmacKey<H: Hash> {
    inner: H::State,
    outer: H::State,
}

impl<H: Hash> HmacKey<H> {
    /// From the key that `parts` put together are.
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        let emit = |sink: &mut Sink<'_>| parts.iter().for_each(|part| sink.write(part));
        let mut block = [0; BLOCK];
        if parts.iter().map(|part| part.len()).sum::<usize>() <= BLOCK {
            fill(&mut block, emit);
        } else {
            fill(&mut block, |sink| sink.write(hash::<H>(emit).as_mut()));
        }
        Self::of_block(&mut block)
    }

    /// The HMAC of the text that `emit` writes.
    pub(crate) fn sign(&self, emit: impl FnOnce(&mut Sink<'_>)) -> H::Digest {
        self.outer(Running::<H>::new(self.inner, BLOCK).finish(emit))
    }

    /// Begins the HMAC of a text that `emit` writes the start of.
    pub(crate) fn begin(&self, emit: impl FnOnce(&mut Sink<'_>)) -> Begun<H> {
        let running = Running::new(self.inner, BLOCK);
        let mut begun = Begun { running, rest: [0; BLOCK], filled: 0 };
        begun.filled = gather(&mut begun.rest, &mut begun.running, emit);
        begun
    }

    /// The HMAC of a text that was begun with this key, and that `emit` writes the end of.
    pub(crate) fn sign_on(&self, begun: &Begun<H>, emit: impl FnOnce(&mut Sink<'_>)) -> H::Digest {
        let running = Running::<H>::new(begun.running.state, begun.running.length);
        self.outer(running.finish(|sink| {
            sink.write(begun.rest.get(..begun.filled).unwrap_or_default());
            emit(sink);
        }))
    }

    /// The key that is the HMAC of a text.
    pub(crate) fn derive(&self, text: &[u8]) -> Self {
        let inner = match text.len() {
            length if length < FITS => {
                let mut block = [0; BLOCK];
                copy(text, &mut block);
                second_block::<H>(self.inner, &mut block, length)
            }
            _ => Running::<H>::new(self.inner, BLOCK).finish(|sink| sink.write(text)),
        };
        let (mut key, mut block) = (self.outer(inner), [0; BLOCK]);
        copy(key.as_ref(), &mut block);
        key.zeroize();
        Self::of_block(&mut block)
    }

    /// From a key that was padded with zeros; it is wiped.
    fn of_block(block: &mut [u8; BLOCK]) -> Self {
        let inner = Self::keyed(block, 0x36);
        let outer = Self::keyed(block, 0x36 ^ 0x5c);
        block.zeroize();
        Self { inner, outer }
    }

    fn keyed(block: &mut [u8; BLOCK], mask: u8) -> H::State {
        block.iter_mut().for_each(|byte| *byte ^= mask);
        let mut state = H::INITIAL;
        H::compress(&mut state, from_ref(block));
        state
    }

    // On small devices a frame of its own would be the deepest.
    #[cfg_attr(not(target_pointer_width = "64"), inline(always))]
    fn outer(&self, inner: H::State) -> H::Digest {
        let mut block = [0; BLOCK];
        write_digest::<H>(inner, &mut block);
        digest::<H>(second_block::<H>(self.outer, &mut block, size_of::<H::State>()))
    }
}

impl<H: Hash> Drop for HmacKey<H> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// An HMAC whose text is not over. It is wiped on drop, as whoever has it can sign.
#[derive(Clone)]
pub(crate) struct Begun<H: Hash> {
    running: Running<H>,
    /// What does not fill a block.
    rest: [u8; BLOCK],
    filled: usize,
}

impl<H: Hash> Drop for Begun<H> {
    fn drop(&mut self) {
        self.running.state.zeroize();
    }
}

/// A hash that has taken `length` bytes.
#[derive(Clone)]
struct Running<H: Hash> {
    state: H::State,
    length: usize,
}

impl<H: Hash> Running<H> {
    fn new(state: H::State, length: usize) -> Self {
        Self { state, length }
    }

    fn finish(mut self, emit: impl FnOnce(&mut Sink<'_>)) -> H::State {
        // The padding may take a block more.
        let mut buffer = [0; BLOCK * (GATHERED + 1)];
        let (gathered, _) = buffer.split_at_mut(BLOCK * GATHERED);
        let rest = gather(gathered, &mut self, emit);
        self.pad(&mut buffer, rest);
        self.state
    }

    /// A bit 1, zeros, and the length in bits at the end of a block.
    fn pad(&mut self, buffer: &mut [u8], rest: usize) {
        let bits = (self.length.wrapping_add(rest) as u64) << 3;
        let (blocks, _) = buffer.as_chunks_mut::<BLOCK>();
        let last = rest.wrapping_add(8) / BLOCK;
        if let Some([first, others @ ..]) = blocks.as_flattened_mut().get_mut(rest..) {
            *first = 0x80;
            others.fill(0);
        }
        if let Some(end) = blocks.get_mut(last).and_then(|block| block.last_chunk_mut()) {
            *end = bits.to_be_bytes();
        }
        H::compress(&mut self.state, blocks.get(..=last).unwrap_or_default());
    }
}

impl<H: Hash> Outlet for Running<H> {
    fn take(&mut self, full: &mut [u8]) -> usize {
        self.length = self.length.wrapping_add(full.len());
        H::compress(&mut self.state, full.as_chunks().0);
        0
    }
}

/// How long a text must not be, so that its padding fits into the same block. Small devices take the way
/// that is for all texts.
const FITS: usize = if size_of::<usize>() < 8 { 0 } else { BLOCK - 8 };

/// Hashes a block that follows another, with a text of `length` bytes that leaves room for the padding.
fn second_block<H: Hash>(state: H::State, block: &mut [u8; BLOCK], length: usize) -> H::State {
    let mut running = Running::<H>::new(state, BLOCK);
    running.pad(block, length);
    running.state
}

fn digest<H: Hash>(state: H::State) -> H::Digest {
    let mut digest = H::Digest::default();
    write_digest::<H>(state, digest.as_mut());
    digest
}

/// Writes what a state is as a digest.
fn write_digest<H: Hash>(mut state: H::State, to: &mut [u8]) {
    for (slot, word) in to.as_chunks_mut().0.iter_mut().zip(state.as_ref()) {
        *slot = word.to_be_bytes();
    }
    state.zeroize();
}
