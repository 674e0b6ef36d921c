//! Where a text goes.

use core::ffi::c_char;
use core::slice;

use oss_sign::BufferTooSmall;

use crate::error::Error;

/// Where a function writes a text. The text is ended by NUL; so a buffer must have one byte more
/// than the text.
#[derive(Debug)]
#[repr(C)]
pub struct Buffer {
    /// The first byte; may be NULL if `capacity` is 0, to ask for the length.
    pub data: *mut c_char,
    /// How many bytes there are.
    pub capacity: usize,
    /// Set by the function: how long the text is, without the NUL that ends it. With
    /// OSS_SIGN_ERROR_BUFFER_TOO_SMALL, how long it would be: `data` is then empty. With another
    /// error, 0.
    pub length: usize,
}

impl Buffer {
    pub(crate) fn parts(&self) -> (*const c_char, usize) {
        (self.data, self.capacity)
    }
}

/// The caller's buffer, while a function has it for itself.
pub(crate) struct Output<'b> {
    bytes: &'b mut [u8],
    length: &'b mut usize,
}

impl<'b> Output<'b> {
    /// An empty text in the buffer.
    ///
    /// # Safety
    ///
    /// The buffer was [reserved](crate::reader::Reader::reserve_buffer), so it is not NULL, and no
    /// reference to it or into it lives while `'b` lasts. What it points to can be written to.
    pub(crate) unsafe fn new(buffer: *mut Buffer) -> Self {
        // SAFETY: the caller promises it.
        let buffer = unsafe { &mut *buffer };
        let bytes: &mut [u8] = if buffer.capacity == 0 {
            &mut []
        } else {
            // SAFETY: `data` is not NULL, as that was checked when it was reserved, and has
            // `capacity` bytes that are nobody else's, by the caller's promise. They are written
            // before they are read, and any byte is a `u8`.
            unsafe { slice::from_raw_parts_mut(buffer.data.cast::<u8>(), buffer.capacity) }
        };
        if let Some(first) = bytes.first_mut() {
            *first = 0;
        }
        buffer.length = 0;
        Self { bytes, length: &mut buffer.length }
    }

    /// Writes a text and the NUL that ends it.
    pub(crate) fn write<W>(self, write: W) -> Result<(), Error>
    where
        W: FnOnce(&mut [u8]) -> Result<&[u8], BufferTooSmall>,
    {
        let room = self.bytes.len().saturating_sub(1);
        let written = write(self.bytes.get_mut(..room).unwrap_or_default()).map(<[u8]>::len);
        *self.length = written.unwrap_or_else(|error| error.needed);
        // Where no text was written, the bytes are zeros.
        match self.bytes.get_mut(*self.length) {
            Some(end) if written.is_ok() => {
                *end = 0;
                Ok(())
            }
            _ => Err(Error::BufferTooSmall),
        }
    }
}
