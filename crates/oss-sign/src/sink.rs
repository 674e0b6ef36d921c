//! Where emitted text goes.
//!
//! Every text of this crate (canonical request, string to sign, URL, header value) is written by
//! exactly one function, piece by piece, into a [`Sink`]. Whether the pieces are hashed, counted,
//! copied or shown is the sink's business, so the text that a person reads is the text that was
//! signed.

use core::fmt;

use hmac::digest::Update;

use crate::error::BufferTooSmall;

/// Takes the pieces of a text. Each piece is whole UTF-8.
pub(crate) trait Sink {
    fn write(&mut self, piece: &[u8]);
}

/// A text that can be written into any sink, any number of times, always the same.
pub(crate) trait Emit {
    fn emit(&self, sink: &mut impl Sink);

    fn emitted_len(&self) -> usize {
        let mut length = Length(0);
        self.emit(&mut length);
        length.0
    }

    fn emit_to_slice<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        let capacity = buffer.len();
        let mut cursor = Cursor { rest: &mut *buffer, needed: 0 };
        self.emit(&mut cursor);
        let needed = cursor.needed;
        if needed > capacity {
            // Half a URL may look like a whole one.
            buffer.fill(0);
            return Err(BufferTooSmall { needed, capacity });
        }
        // Always `Ok`, as pieces are whole UTF-8; knowing it for certain would take `unsafe`.
        let text = buffer.get(..needed).map(str::from_utf8);
        Ok(text.and_then(Result::ok).unwrap_or_default())
    }

    fn emit_to_string<const N: usize>(&self) -> Result<heapless::String<N>, BufferTooSmall> {
        let mut text = heapless::String::new();
        let mut pieces = Pieces { text: &mut text, needed: 0 };
        self.emit(&mut pieces);
        match pieces.needed {
            needed if needed > N => Err(BufferTooSmall { needed, capacity: N }),
            _ => Ok(text),
        }
    }

    fn emit_to_formatter(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut display = Display { formatter, result: Ok(()) };
        self.emit(&mut display);
        display.result
    }
}

/// Feeds a hash or a MAC.
pub(crate) struct Digest<'d, D>(pub(crate) &'d mut D);

impl<D: Update> Sink for Digest<'_, D> {
    fn write(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }
}

/// Counts bytes.
struct Length(usize);

impl Sink for Length {
    fn write(&mut self, piece: &[u8]) {
        self.0 = self.0.saturating_add(piece.len());
    }
}

/// Fills a slice from its start, and goes on counting when it is full.
struct Cursor<'b> {
    rest: &'b mut [u8],
    needed: usize,
}

impl Sink for Cursor<'_> {
    fn write(&mut self, piece: &[u8]) {
        self.needed = self.needed.saturating_add(piece.len());
        // If there is no room, `rest` stays empty: nothing may follow a gap.
        if let Some((start, rest)) =
            core::mem::take(&mut self.rest).split_at_mut_checked(piece.len())
        {
            start.copy_from_slice(piece);
            self.rest = rest;
        }
    }
}

/// Fills a `heapless::String`, and goes on counting when it is full.
struct Pieces<'t, const N: usize> {
    text: &'t mut heapless::String<N>,
    needed: usize,
}

impl<const N: usize> Sink for Pieces<'_, N> {
    fn write(&mut self, piece: &[u8]) {
        self.needed = self.needed.saturating_add(piece.len());
        if self.needed <= N
            && let Ok(piece) = str::from_utf8(piece)
        {
            // Cannot fail: the room was checked.
            let _ = self.text.push_str(piece);
        }
    }
}

/// Shows the text to a formatter.
struct Display<'f, 'w> {
    formatter: &'f mut fmt::Formatter<'w>,
    result: fmt::Result,
}

impl Sink for Display<'_, '_> {
    /// What is not UTF-8, in a request that was received, is shown as U+FFFD.
    fn write(&mut self, piece: &[u8]) {
        for chunk in piece.utf8_chunks() {
            let replacement = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
            self.result = self
                .result
                .and_then(|()| self.formatter.write_str(chunk.valid()))
                .and_then(|()| self.formatter.write_str(replacement));
        }
    }
}

/// Gives a public type that emits text its ways out: `len`, `write_to_slice`, `to_heapless`,
/// `Display`.
macro_rules! text_output {
    ($type:ident $(<$lifetime:lifetime>)?) => {
        impl $type $(<$lifetime>)? {
            /// The exact length of the text in bytes.
            #[must_use]
            #[allow(clippy::len_without_is_empty, reason = "never empty")]
            pub fn len(&self) -> usize {
                $crate::sink::Emit::emitted_len(self)
            }

            /// Writes the text to the start of `buffer` and returns it.
            ///
            /// # Errors
            ///
            /// [`BufferTooSmall`](crate::BufferTooSmall) says how many bytes are needed; `buffer`
            /// is then filled with zeros, so that no half text is mistaken for a whole one.
            pub fn write_to_slice<'buffer>(
                &self,
                buffer: &'buffer mut [u8],
            ) -> Result<&'buffer str, $crate::error::BufferTooSmall> {
                $crate::sink::Emit::emit_to_slice(self, buffer)
            }

            /// The text as a `heapless::String` of at most `N` bytes.
            ///
            /// # Errors
            ///
            /// [`BufferTooSmall`](crate::BufferTooSmall) says how many bytes are needed.
            pub fn to_heapless<const N: usize>(
                &self,
            ) -> Result<heapless::String<N>, $crate::error::BufferTooSmall> {
                $crate::sink::Emit::emit_to_string(self)
            }
        }

        impl core::fmt::Display for $type $(<$lifetime>)? {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::sink::Emit::emit_to_formatter(self, formatter)
            }
        }
    };
}

pub(crate) use text_output;
