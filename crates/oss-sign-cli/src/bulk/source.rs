//! The file of keys, in chunks of whole records.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::mistake::{Mistake, Quoted};

/// How much is read at once: some thousand keys, a millisecond's work.
const CHUNK: usize = 64 << 10;

/// A file without an end of a record must not fill the memory.
const MAX_RECORD: usize = 1 << 20;

pub(crate) struct Source {
    name: String,
    reader: Box<dyn Read + Send>,
    len: Option<u64>,
    /// The start of a record whose end was not read yet.
    begun: Vec<u8>,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Mistake> {
        if path == Path::new("-") {
            let (name, reader) = ("standard input".to_owned(), Box::new(io::stdin()));
            return Ok(Self { name, reader, len: None, begun: Vec::new() });
        }
        let name = format!("--from {}", Quoted(&path.to_string_lossy()));
        let opened = File::open(path).and_then(|file| {
            let metadata = file.metadata()?;
            Ok((file, metadata.is_file().then_some(metadata.len())))
        });
        let (file, len) =
            opened.map_err(|error| Mistake::new(format!("cannot read {name}: {error}")))?;
        Ok(Self { name, reader: Box::new(file), len, begun: Vec::new() })
    }

    /// How many bytes there are, if they are counted.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// The next whole records, as many as are at hand; nothing after the last. Who types keys, or
    /// pipes them slowly, need not wait for a full chunk.
    pub(crate) fn next_chunk(&mut self, terminator: u8) -> Result<Option<Vec<u8>>, Mistake> {
        let mut chunk = core::mem::take(&mut self.begun);
        loop {
            let searched = chunk.len();
            if self.read_into(&mut chunk)? == 0 {
                return Ok(Some(chunk).filter(|last| !last.is_empty()));
            }
            let new = chunk.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memrchr(terminator, new) {
                self.begun = chunk.split_off(searched + end + 1);
                return Ok(Some(chunk));
            }
            if chunk.len() > MAX_RECORD {
                return Err(Mistake::new(format!(
                    "{} has a record of more than 1 MiB: is --from-format right?",
                    self.name
                )));
            }
        }
    }

    fn read_into(&mut self, chunk: &mut Vec<u8>) -> Result<usize, Mistake> {
        let begun = chunk.len();
        chunk.resize(begun + CHUNK, 0);
        let read = loop {
            match self.reader.read(chunk.get_mut(begun..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        chunk.truncate(begun + read.as_ref().map_or(0, |read| *read));
        read.map_err(|error| Mistake::new(format!("cannot read {}: {error}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as many bytes at once as the list says.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Ok(0) } else { self.0.remove(0).read(buffer) }
        }
    }

    fn chunks(pieces: &[&'static [u8]]) -> Vec<String> {
        let reader = Box::new(Pieces(pieces.to_vec()));
        let mut source = Source { name: String::new(), reader, len: None, begun: Vec::new() };
        core::iter::from_fn(|| source.next_chunk(b'\n').unwrap())
            .map(|chunk| String::from_utf8(chunk).unwrap())
            .collect()
    }

    #[test]
    fn chunks_have_whole_records() {
        assert_eq!(chunks(&[b"a\nb", b"c\n", b"d"]), ["a\n", "bc\n", "d"]);
        assert_eq!(chunks(&[b"a", b"b", b"c\n\n"]), ["abc\n\n"]);
        assert_eq!(chunks(&[]), [""; 0]);
    }

    #[test]
    fn a_record_without_an_end_does_not_fill_the_memory() {
        let reader = Box::new(io::repeat(b'a'));
        let mut source = Source { name: String::new(), reader, len: None, begun: Vec::new() };
        let mistake = source.next_chunk(b'\n').unwrap_err();
        assert!(mistake.to_string().contains("more than 1 MiB"), "{mistake}");
    }
}
