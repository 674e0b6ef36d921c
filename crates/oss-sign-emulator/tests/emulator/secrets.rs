//! No public type shows a secret or a security token.

use std::path::Path;

use oss_sign::{Credentials, Method};
use oss_sign_emulator::{
    AccessKey, AccessKeys, Clock, Emulator, Faults, ImdsMode, Limits, OidcProvider, Policy,
    PolicyError, Principal, Role, StartError, Storage, StorageError,
};
use oss_sign_secrecy::Shown;

use crate::client::{Asked, BUCKET, Client, ID, NOW, at, object};

const SECRET: &str = "Quiet/As+A=Mouse";
const TOKEN: &str = "Silent+As/The=Grave";

/// The errors of the storage and of starting.
fn show_errors(shown: &mut Shown) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let in_a_file = Emulator::builder().storage(Storage::folder(file.path()));
    let error = in_a_file.access_key(ID, SECRET).spawn().unwrap_err();
    let StartError::Storage(of_storage) = &error else { panic!("{error}") };
    shown.display::<StorageError>(of_storage);
    shown.display(&error);
    let with_a_blank = format!("{SECRET} ");
    let error = Emulator::builder().access_key(ID, &with_a_blank).spawn().unwrap_err();
    assert!(matches!(error, StartError::AccessKey(_)), "{error}");
    shown.display(&error);
    shown.display::<PolicyError>(&Policy::from_json(SECRET).unwrap_err());
}

fn show_settings(shown: &mut Shown, temporary: &AccessKey) {
    let access_keys = AccessKeys::default();
    access_keys.insert(temporary.clone());
    let provider = OidcProvider::new("ack", "https://oidc.example.com", "sts.aliyuncs.com");
    let trusted = Principal::Oidc(provider.clone());
    let role = Role::new("uploader").trust(trusted.clone());
    shown.debug(&Emulator::builder().access_key(ID, SECRET).access_keys(access_keys.clone()));
    shown.debug(temporary);
    shown.debug(&access_keys);
    shown.debug(&provider);
    shown.debug(&trusted);
    shown.debug(&role);
    shown.debug(&ImdsMode::default());
    shown.debug(&Limits::default());
    shown.debug(&Storage::memory());
    shown.debug(&Faults::default());
    shown.debug(&Clock::fixed(at(NOW)));
    shown.debug(&Policy::from_json(r#"{"Version":"1","Statement":[]}"#).unwrap());
}

/// An emulator, and what it remembers of a request with a security token in its URL.
fn show_a_running_one(shown: &mut Shown, temporary: AccessKey) {
    let access_keys = AccessKeys::default();
    access_keys.insert(temporary);
    let builder = Emulator::builder().access_key(ID, SECRET).access_keys(access_keys);
    let role = Role::new("uploader").trust(Principal::Account);
    let emulator = builder.bucket(BUCKET).role(role).clock(Clock::fixed(at(NOW))).spawn().unwrap();
    let client = Client::of(emulator);
    let credentials = Credentials::new("STS.ExampleKeyId", SECRET).unwrap();
    let credentials = credentials.with_security_token(TOKEN).unwrap();
    let url = client.url_with(Asked::new(Method::Get, object("k")), credentials);
    let (_, signature) = url.split_once("x-oss-signature=").unwrap();
    let answer = client.send_to("GET", &url, &[], b"").expect_error(404, "NoSuchKey");
    let record = client.emulator.requests().pop().unwrap();
    shown.text(answer.text());
    shown.display(&record);
    shown.debug(&client.emulator);
    shown.debug(&client.emulator.issuers().unwrap());
    shown.assert_hides([signature.split('&').next().unwrap().as_bytes()]);
}

#[test]
fn no_public_type_shows_a_secret() {
    let mut shown = Shown::default();
    let temporary = AccessKey::temporary("STS.ExampleKeyId", SECRET, TOKEN, at(NOW + 60)).unwrap();
    show_errors(&mut shown);
    show_settings(&mut shown, &temporary);
    show_a_running_one(&mut shown, temporary);
    shown.assert_hides([SECRET.as_bytes(), TOKEN.as_bytes()]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // It is made where no certificate can be made, which cannot be brought about.
    let but = ["oss_sign_emulator::tls::CertificateError"];
    shown.assert_has_every_type_of("oss_sign_emulator", &sources, &but);
}
