//! Listings: prefix, delimiter, pages.

use oss_sign::{Method, Resource};

use crate::client::{Answer, Asked, Client, bucket, start};

fn list(client: &Client, query: &[(&str, &str)]) -> Answer {
    client.send(Asked::new(Method::Get, Resource::Bucket(bucket())).query(query), b"").expect(200)
}

fn filled(keys: &[&str]) -> Client {
    let client = start();
    for key in keys {
        client.put(key, b"1").expect(200);
    }
    client
}

/// Common prefixes follow the keys, in `<CommonPrefixes><Prefix>`.
fn common_prefixes(answer: &Answer) -> Vec<&str> {
    let groups = answer.elements("CommonPrefixes");
    groups.into_iter().map(|group| crate::client::element(group, "Prefix")).collect()
}

#[test]
fn keys_are_sorted_by_their_bytes() {
    let client = filled(&["b", "中", "a/b", "B", "a"]);
    assert_eq!(list(&client, &[]).elements("Key"), ["B", "a", "a/b", "b", "中"]);
    assert_eq!(list(&client, &[("prefix", "a")]).elements("Key"), ["a", "a/b"]);
    assert_eq!(list(&client, &[("marker", "a")]).elements("Key"), ["a/b", "b", "中"]);
}

#[test]
fn a_delimiter_makes_folders() {
    let client = filled(&["a", "x/1", "x/2", "x/y/3", "z/4"]);
    let root = list(&client, &[("delimiter", "/")]);
    assert_eq!((root.elements("Key"), common_prefixes(&root)), (vec!["a"], vec!["x/", "z/"]));
    let folder = list(&client, &[("delimiter", "/"), ("prefix", "x/")]);
    assert_eq!(
        (folder.elements("Key"), common_prefixes(&folder)),
        (vec!["x/1", "x/2"], vec!["x/y/"])
    );
}

/// All keys and prefixes, page by page.
fn pages(client: &Client, version: &[(&str, &str)], size: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let (asked, told) = match version {
            [] => ("marker", "NextMarker"),
            _ => ("continuation-token", "NextContinuationToken"),
        };
        let mut query = vec![("max-keys", size), ("delimiter", "/")];
        query.extend(version);
        if !next.is_empty() {
            query.push((asked, &next));
        }
        let page = list(client, &query);
        let mut lines = page.elements("Key");
        lines.extend(common_prefixes(&page));
        pages.push(lines.into_iter().map(str::to_owned).collect());
        match page.element("IsTruncated") {
            "true" => next = page.element(told).to_owned(),
            _ => return pages,
        }
    }
}

#[test]
fn pages_have_every_line_once() {
    let client = filled(&["a", "b/1", "b/2", "b/3", "c", "d/1", "e"]);
    for version in [&[][..], &[("list-type", "2")]] {
        let all = ["a", "b/", "c", "d/", "e"];
        for size in 1..=6_usize {
            let pages = pages(&client, version, &size.to_string());
            assert!(pages.iter().all(|page| page.len() <= size));
            assert_eq!(pages.len(), all.len().div_ceil(size));
            let mut lines: Vec<_> = pages.concat();
            lines.sort();
            assert_eq!(lines, all);
        }
    }
}

#[test]
fn version_2_counts_and_starts_after() {
    let client = filled(&["a", "b", "c"]);
    let query = [("list-type", "2"), ("start-after", "a"), ("fetch-owner", "true")];
    let listed = list(&client, &query);
    assert_eq!((listed.elements("Key"), listed.element("KeyCount")), (vec!["b", "c"], "2"));
    assert_eq!(listed.elements("ID").len(), 2);
    assert!(list(&client, &[("list-type", "2")]).elements("Owner").is_empty());
    let query = [("list-type", "2"), ("continuation-token", "?")];
    let asked = Asked::new(Method::Get, Resource::Bucket(bucket())).query(&query);
    client.send(asked, b"").expect_error(400, "InvalidArgument");
}

#[test]
fn keys_can_be_encoded() {
    let client = filled(&["a b+中/&"]);
    let listed = list(&client, &[("encoding-type", "url")]);
    assert_eq!(listed.elements("Key"), ["a%20b%2B%E4%B8%AD%2F%26"]);
    assert_eq!(listed.element("EncodingType"), "url");
    assert_eq!(list(&client, &[]).elements("Key"), ["a b+中/&amp;"]);
}

#[test]
fn versions_come_in_pages_too() {
    let client = start();
    let document = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let put = Asked::new(Method::Put, Resource::Bucket(bucket())).query(&[("versioning", "")]);
    client.send(put, document).expect(200);
    for body in ["1", "2", "3"] {
        client.put("k", body.as_bytes()).expect(200);
    }
    let (mut key, mut id, mut seen) = (String::new(), String::new(), Vec::new());
    loop {
        let query = [
            ("versions", ""),
            ("max-keys", "2"),
            ("key-marker", key.as_str()),
            ("version-id-marker", id.as_str()),
        ];
        let page = list(&client, &query);
        seen.extend(page.elements("VersionId").into_iter().map(str::to_owned));
        if page.element("IsTruncated") == "false" {
            break;
        }
        let next = (page.element("NextKeyMarker"), page.element("NextVersionIdMarker"));
        (key, id) = (next.0.to_owned(), next.1.to_owned());
    }
    let all = list(&client, &[("versions", "")]);
    assert_eq!(seen, all.elements("VersionId"));
    assert_eq!(seen.len(), 3);
}
