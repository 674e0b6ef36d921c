//! The region of the bucket. It is asked for, and never guessed from a host: accelerate endpoints,
//! custom domains and IP addresses have none in theirs.

use oss_sign::{Region, RegionError};

use crate::environment::Given;
use crate::mistake::{Mistake, Quoted};

/// The region from `--region` or `OSS_REGION`.
pub(crate) fn region(flag: Option<&str>) -> Result<Option<Region>, Mistake> {
    let given = Given::read("--region", flag, "OSS_REGION")?;
    given.map(|given| Region::new(&given.text).map_err(|error| mistake(&given, error))).transpose()
}

fn mistake(given: &Given, error: RegionError) -> Mistake {
    let Given { source, text } = given;
    match (error, text.strip_prefix("oss-")) {
        (RegionError::OssPrefix, Some(id)) => {
            let id = id.strip_suffix("-internal").unwrap_or(id);
            Mistake::new(format!(
                "{source} {} is the start of a host name, not a region ID: write {}",
                Quoted(text),
                Quoted(id)
            ))
        }
        _ => Mistake::new(format!("{source} {}: {error}", Quoted(text))),
    }
}
