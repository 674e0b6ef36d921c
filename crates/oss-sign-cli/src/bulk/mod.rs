//! `oss-sign presign --from`: a URL for each of many keys.
//!
//! One thread reads the [`source`], one for each core presigns ([`presigner`]), one writes the
//! [`output`]; the [`pipeline`] joins them, in order and with little in memory.

mod entry;
mod format;
mod output;
mod pipeline;
mod presigner;
mod progress;
mod source;

use core::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use clap::{Args, ValueEnum};
use oss_sign::Method;

use crate::answer;
use crate::bulk::entry::{Columns, Entries};
use crate::bulk::format::Format;
use crate::bulk::output::Output;
use crate::bulk::presigner::Presigner;
use crate::bulk::progress::Progress;
use crate::bulk::source::Source;
use crate::expires::ExpiresArgs;
use crate::mistake::Mistake;
use crate::signing::SigningArgs;
use crate::warning;

#[derive(Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct BulkArgs {
    /// Presign each key of a file; `-` is standard input. The target is then oss://BUCKET, or
    /// oss://BUCKET/PREFIX with what to put before each key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "curl", "canonical_resource"])]
    from: Option<PathBuf>,

    /// What the file has: a key a line, keys that end with NUL, a JSON object a line, or the CSV of
    /// an OSS inventory
    #[arg(long, value_name = "FORMAT", default_value = "lines", requires = "from")]
    from_format: FromFormat,

    /// The keys end with NUL, like the names of `find -print0`
    #[arg(short = '0', long, requires = "from", conflicts_with = "from_format")]
    null: bool,

    /// The columns of the inventory: `fileSchema` in its manifest.json
    #[arg(
        long,
        value_name = "COLUMNS",
        value_parser = Columns::parse,
        default_value = "Bucket, Key",
        requires = "from"
    )]
    inventory_columns: Columns,

    /// Print a URL a line, a JSON object a line, or CSV
    #[arg(long, value_name = "FORMAT", default_value = "urls", requires = "from")]
    format: Format,

    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE", requires = "from")]
    output: Option<PathBuf>,

    /// Stop at the first key that cannot be presigned
    #[arg(long, requires = "from")]
    strict: bool,

    /// Show no progress
    #[arg(long, requires = "from")]
    quiet: bool,

    /// How many threads presign [default: one for each core]
    #[arg(long, value_name = "NUMBER", requires = "from")]
    threads: Option<NonZero<usize>>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FromFormat {
    Lines,
    Nul,
    Jsonl,
    Inventory,
}

/// The flags, where a file of keys is among them.
pub(crate) struct Bulk<'a> {
    from: &'a Path,
    args: &'a BulkArgs,
}

impl BulkArgs {
    /// If there are many keys to presign.
    pub(crate) fn bulk(&self) -> Option<Bulk<'_>> {
        self.from.as_deref().map(|from| Bulk { from, args: self })
    }

    fn entries(&self) -> Entries<'_> {
        match self.from_format {
            _ if self.null => Entries::Nul,
            FromFormat::Lines => Entries::Lines,
            FromFormat::Nul => Entries::Nul,
            FromFormat::Jsonl => Entries::JsonLines,
            FromFormat::Inventory => Entries::Inventory(&self.inventory_columns),
        }
    }

    fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        self.threads.map_or_else(cores, NonZero::get)
    }
}

impl Bulk<'_> {
    pub(crate) fn run(
        &self,
        method: Method,
        signing: &SigningArgs,
        expires: &ExpiresArgs,
    ) -> Result<ExitCode, Mistake> {
        let Self { from, args } = *self;
        let is_key_verbatim = signing.is_key_verbatim();
        signing.prepare(method, |signing| {
            let presigner = Presigner::new(signing, method, expires)?
                .verbatim_keys(is_key_verbatim)
                .strict(args.strict)
                .reading(args.entries())
                .writing(args.format);
            let expires_at = presigner.try_out()?;
            answer::warn(&warning::of_presigned(signing, expires_at));
            let source = Source::open(from)?;
            let output = Output::create(args.output.as_deref(), from)?;
            let progress = Progress::new(source.len(), args.quiet || output.is_terminal());
            pipeline::run(source, &presigner, output, progress, args.threads())
        })
    }
}
