//! Pages of a listing, with prefix, delimiter and where to go on.

use core::ops::Bound;
use std::collections::BTreeMap;

use super::record::{Object, UploadRecord};

/// What is to be listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) prefix: String,
    /// Keys that have it after the prefix are listed together, up to it. Empty: there is none.
    pub(crate) delimiter: String,
    /// Only what comes after this key, or after this common prefix.
    pub(crate) after: String,
    /// Of the key `after` itself, those that follow this one: a version or an upload.
    pub(crate) after_id: Option<String>,
    pub(crate) max: usize,
}

/// A key or a common prefix, and the ID of the item of that key.
pub(crate) type Place = (String, Option<String>);

/// A line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry<T> {
    Item(T),
    CommonPrefix(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<Entry<T>>,
    /// The last key or common prefix, and the ID of the last item, if there is more to come.
    pub(crate) next: Option<Place>,
}

/// What is listed: it has an ID among those of its key.
pub(crate) trait Listed: Clone {
    fn id(&self) -> String;
}

impl Listed for std::sync::Arc<Object> {
    fn id(&self) -> String {
        self.record.version_id()
    }
}

impl Listed for UploadRecord {
    fn id(&self) -> String {
        self.upload_id.clone()
    }
}

impl Query {
    /// The lines of a key that come after where the listing begins, each with its place.
    fn entries<'m, T: Listed + 'm>(
        &self,
        key: &str,
        items: impl Iterator<Item = &'m T>,
    ) -> Vec<(Entry<T>, Place)> {
        if let Some(prefix) = self.common_prefix(key) {
            let line = (Entry::CommonPrefix(prefix.to_owned()), (prefix.to_owned(), None));
            return items.take(1).map(|_| line.clone()).collect();
        }
        let mut is_after = self.after.is_empty() || key > self.after.as_str();
        let mut entries = Vec::new();
        for item in items {
            let id = item.id();
            if is_after {
                entries.push((Entry::Item(item.clone()), (key.to_owned(), Some(id))));
            } else {
                is_after = self.after_id.as_ref() == Some(&id);
            }
        }
        entries
    }

    /// The common prefix that a key is listed under.
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.get(self.prefix.len()..)?;
        let end = self.prefix.len() + rest.find(&self.delimiter)? + self.delimiter.len();
        key.get(..end)
    }
}

/// A page of what is in `map`; `items` are the lines of a key.
pub(super) fn page<'m, V, T, I>(
    map: &'m BTreeMap<String, V>,
    query: &Query,
    items: impl Fn(&'m V) -> I,
) -> Page<T>
where
    T: Listed + 'm,
    I: Iterator<Item = &'m T>,
{
    let mut page = Page { entries: Vec::new(), next: None };
    let mut last: Option<Place> = None;
    let start = Bound::Included(query.after.as_str().max(query.prefix.as_str()));
    let keys = map.range::<str, _>((start, Bound::Unbounded));
    for (key, value) in keys.take_while(|(key, _)| key.starts_with(&query.prefix)) {
        for (entry, place) in query.entries(key, items(value)) {
            // One line for all keys of a common prefix, on this page or the one before.
            let is_listed = match (&entry, &last) {
                (Entry::Item(_), _) => false,
                (Entry::CommonPrefix(prefix), Some((last, _))) => prefix == last,
                (Entry::CommonPrefix(prefix), None) => *prefix == query.after,
            };
            if is_listed {
                continue;
            }
            if page.entries.len() >= query.max {
                page.next = last;
                return page;
            }
            page.entries.push(entry);
            last = Some(place);
        }
    }
    page
}
