//! The dialect of `secretsmanager.properties`, which is not Java's.

use zeroize::Zeroizing;

/// The properties of a file, with values that are wiped when it is dropped.
pub(crate) struct Properties(Vec<(String, Zeroizing<String>)>);

impl Properties {
    /// A `#` begins a comment wherever it stands, the first `=` of a line splits name and value, and
    /// what has no `=` is no property, as in the secrets manager client.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let properties = lines.filter_map(|line| line.split_once('='));
        let trimmed = properties.map(|(name, value)| {
            (name.trim().to_owned(), Zeroizing::new(value.trim().to_owned()))
        });
        Self(trimmed.collect())
    }

    /// The last value of a name; an empty one counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rfind(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_duplicates() {
        let text = "\
# a comment
credentials_type = client_key # another
client_key_private_key_path=/etc/key.json
cache_client_region_id=[{\"regionId\":\"cn-hangzhou\"}]
secret_names=a
secret_names = a=b
empty =
no property
";
        let properties = Properties::parse(text);
        for (name, value) in [
            ("credentials_type", Some("client_key")),
            ("client_key_private_key_path", Some("/etc/key.json")),
            ("cache_client_region_id", Some("[{\"regionId\":\"cn-hangzhou\"}]")),
            ("secret_names", Some("a=b")),
            ("empty", None),
            ("no property", None),
        ] {
            assert_eq!(properties.get(name), value, "{name}");
        }
    }
}
