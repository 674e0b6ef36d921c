//! What a record says: the key of an object, and what the URL of this object has of its own.

use core::iter;
use core::ops::ControlFlow;
use std::borrow::Cow;
use std::collections::BTreeMap;

use csv::ByteRecord;
use percent_encoding::percent_decode;
use serde::Deserialize;
use serde_json::error::Category;

use crate::mistake::{Mistake, Quoted};

/// How the file of keys is to be read.
#[derive(Clone, Copy)]
pub(crate) enum Entries<'a> {
    Lines,
    Nul,
    JsonLines,
    Inventory(&'a Columns),
}

/// One object.
pub(crate) enum Entry<'e> {
    Key(Cow<'e, str>),
    Version { key: Cow<'e, str>, version_id: &'e str },
    Options(Box<Options<'e>>),
}

/// A line of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options<'e> {
    #[serde(borrow)]
    key: Cow<'e, str>,
    pub(crate) method: Option<String>,
    pub(crate) expires: Option<Scalar>,
    pub(crate) expires_at: Option<Scalar>,
    pub(crate) process: Option<String>,
    pub(crate) version_id: Option<String>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

/// A number, or the text that a flag would have.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Number(u64),
    Text(String),
}

impl Scalar {
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => text.into(),
        }
    }
}

impl Entry<'_> {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Key(key) | Self::Version { key, .. } => key,
            Self::Options(options) => &options.key,
        }
    }
}

impl Entries<'_> {
    /// What ends a record.
    pub(crate) fn terminator(self) -> u8 {
        match self {
            Self::Nul => 0,
            Self::Lines | Self::JsonLines | Self::Inventory(_) => b'\n',
        }
    }

    /// What a record is called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Nul => "key",
            Self::Lines | Self::JsonLines | Self::Inventory(_) => "line",
        }
    }

    /// Hands over what each record says and which one of the chunk it is, until `act` has enough.
    /// Empty lines say nothing.
    pub(crate) fn read(
        self,
        chunk: &[u8],
        bucket: &str,
        mut act: impl FnMut(usize, Result<Entry<'_>, Mistake>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let columns = match self {
            Self::Inventory(columns) => columns,
            Self::Nul => {
                let mut keys = records(chunk, 0).enumerate();
                return keys.try_for_each(|(index, key)| act(index, text(key).map(Entry::Key)));
            }
            Self::Lines | Self::JsonLines => {
                let is_json = matches!(self, Self::JsonLines);
                let mut lines = records(chunk, b'\n').enumerate();
                return lines.try_for_each(|(index, line)| match without_return(line) {
                    [] => ControlFlow::Continue(()),
                    line if is_json => act(index, json(line)),
                    line => act(index, text(line).map(Entry::Key)),
                });
            }
        };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(chunk);
        let mut row = ByteRecord::new();
        while reader.read_byte_record(&mut row).is_ok_and(|is_row| is_row) {
            let line = row.position().map_or(1, csv::Position::line);
            let index = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
            act(index, columns.entry(&row, bucket))?;
        }
        ControlFlow::Continue(())
    }

    /// How many records, or empty lines, are in a chunk.
    pub(crate) fn count(self, chunk: &[u8]) -> usize {
        records(chunk, self.terminator()).count()
    }
}

fn records(chunk: &[u8], terminator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = (!chunk.is_empty()).then(|| chunk.strip_suffix(&[terminator]).unwrap_or(chunk));
    iter::from_fn(move || {
        let all = rest.take()?;
        let Some(end) = memchr::memchr(terminator, all) else { return Some(all) };
        let (record, after) = all.split_at(end);
        rest = after.get(1..);
        Some(record)
    })
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn text(key: &[u8]) -> Result<Cow<'_, str>, Mistake> {
    str::from_utf8(key).map(Cow::Borrowed).map_err(|_| not_utf8(key))
}

fn not_utf8(key: &[u8]) -> Mistake {
    let shown = String::from_utf8_lossy(key);
    Mistake::new(format!("key {} is not UTF-8, as the keys of OSS are", Quoted(&shown)))
}

fn json(line: &[u8]) -> Result<Entry<'_>, Mistake> {
    let options = serde_json::from_slice(line).map_err(|error| {
        let column = error.column();
        let message = error.to_string();
        // Other messages repeat a value, which may be nobody's business.
        let is_about_a_name = ["unknown field", "missing field", "duplicate field"]
            .iter()
            .any(|start| message.starts_with(start));
        Mistake::new(match error.classify() {
            Category::Data if is_about_a_name => message,
            Category::Data => format!("a value is of the wrong type, before column {column}"),
            _ => format!("this is not a JSON object, from column {column} on"),
        })
    });
    options.map(Entry::Options)
}

/// Where an inventory has what matters here.
/// <https://www.alibabacloud.com/help/en/oss/user-guide/bucket-inventory>
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    key: usize,
    bucket: Option<usize>,
    version_id: Option<usize>,
}

impl Columns {
    pub(crate) fn parse(schema: &str) -> Result<Self, Mistake> {
        let position = |name: &str| schema.split(',').position(|column| column.trim() == name);
        let key = position("Key").ok_or_else(|| {
            Mistake::new(format!(
                "{} has no column Key: copy `fileSchema` from the manifest.json of the inventory",
                Quoted(schema)
            ))
        })?;
        Ok(Self { key, bucket: position("Bucket"), version_id: position("VersionId") })
    }

    fn entry<'r>(&self, row: &'r ByteRecord, bucket: &str) -> Result<Entry<'r>, Mistake> {
        let field = |column: Option<usize>| column.and_then(|column| row.get(column));
        if let Some(other) = field(self.bucket)
            && other != bucket.as_bytes()
        {
            let other = String::from_utf8_lossy(other);
            return Err(Mistake::new(format!(
                "this is an object of the bucket {}: presign it with oss://{other}",
                Quoted(&other)
            )));
        }
        let key = row.get(self.key).ok_or_else(|| {
            Mistake::new(format!(
                "there is no column {}, the key: see --inventory-columns",
                self.key + 1
            ))
        })?;
        let key = decoded(key)?;
        let version_id = field(self.version_id).map(text).transpose()?;
        Ok(match version_id {
            Some(Cow::Borrowed(version_id)) if !version_id.is_empty() => {
                Entry::Version { key, version_id }
            }
            _ => Entry::Key(key),
        })
    }
}

/// Keys are URL-encoded. A `+` is a blank: as itself it would be encoded.
fn decoded(key: &[u8]) -> Result<Cow<'_, str>, Mistake> {
    if memchr::memchr2(b'%', b'+', key).is_none() {
        return text(key);
    }
    let blanks: Vec<u8> = key.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    let decoded: Vec<u8> = percent_decode(&blanks).collect();
    String::from_utf8(decoded).map(Cow::Owned).map_err(|error| not_utf8(error.as_bytes()))
}
