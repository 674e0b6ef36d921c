//! What is written of each URL.

use clap::ValueEnum;
use oss_sign::PresignedUrl;
use serde::Serialize;

use crate::document::Headers;
use crate::mistake::Mistake;

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Urls,
    Jsonl,
    Csv,
}

impl Format {
    /// What comes before all URLs.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Urls | Self::Jsonl => "",
            Self::Csv => "key,url,expires_at\n",
        }
    }
}

/// Whole lines of output.
pub(crate) enum Lines {
    Urls(Vec<u8>),
    Jsonl { text: Vec<u8>, signature_version: &'static str },
    Csv(Box<csv::Writer<Vec<u8>>>),
}

/// A line of JSON: what `--json` prints, and the key. Its fields are a promise.
#[derive(Serialize)]
struct Line<'l> {
    key: &'l str,
    url: &'l str,
    method: &'static str,
    headers: Headers,
    expires_at: String,
    signature_version: &'static str,
}

impl Lines {
    /// In `room`, which was used before.
    pub(crate) fn new(format: Format, signature_version: &'static str, mut room: Vec<u8>) -> Self {
        room.clear();
        match format {
            Format::Urls => Self::Urls(room),
            Format::Jsonl => Self::Jsonl { text: room, signature_version },
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(room))),
        }
    }

    /// Appends one line. `text` is that of the URL.
    pub(crate) fn push(
        &mut self,
        key: &str,
        url: &PresignedUrl<'_>,
        text: &str,
    ) -> Result<(), Mistake> {
        match self {
            Self::Urls(lines) => {
                lines.extend_from_slice(text.as_bytes());
                lines.push(b'\n');
            }
            Self::Jsonl { text: lines, signature_version } => {
                let line = Line {
                    key,
                    url: text,
                    method: url.method().as_str(),
                    headers: url.required_headers().collect(),
                    expires_at: url.expires_at().to_string(),
                    signature_version,
                };
                serde_json::to_writer(&mut *lines, &line)
                    .map_err(|error| Mistake::new(error.to_string()))?;
                lines.push(b'\n');
            }
            Self::Csv(writer) => writer
                .write_record([key, text, &url.expires_at().to_string()])
                .map_err(|error| Mistake::new(error.to_string()))?,
        }
        Ok(())
    }

    pub(crate) fn into_text(self) -> Vec<u8> {
        match self {
            Self::Urls(text) | Self::Jsonl { text, .. } => text,
            // A vector takes all that is flushed into it.
            Self::Csv(writer) => writer.into_inner().unwrap_or_default(),
        }
    }
}
