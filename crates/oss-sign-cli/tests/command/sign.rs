//! Signed headers, against what the official SDKs send with the same clock.

use crate::run::{ENVIRONMENT, OBJECT, TOKEN, print, print_in};

const V4: &str = "authorization: OSS4-HMAC-SHA256 \
                  Credential=testak/20231114/cn-hangzhou/oss/aliyun_v4_request,";

#[test]
fn v4_headers() {
    for (arguments, signature) in [
        (
            &["GET", "oss://"][..],
            "0e914ae0b411f12a3783e379b5d2441b9282f03347f8bf4cf6d117343d2f4bac",
        ),
        (
            &["get", "oss://", "--query", "prefix=my", "--query", "max-keys=10"],
            "407f8c3bff2b2bd28dd7bc5eaba56f4d2dfd85fadbc198e10f0aae67b999cefc",
        ),
        (
            &["GET", "oss://examplebucket", "--query", "acl"],
            "2c0e1b41a9401f0f7616aaf2c0ac1660ef38c50767e898d729c2c219ec0c240c",
        ),
    ] {
        let arguments = [&["sign"], arguments].concat();
        assert_eq!(
            print(&arguments),
            format!(
                "{V4}Signature={signature}\n\
                 x-oss-content-sha256: UNSIGNED-PAYLOAD\n\
                 x-oss-date: 20231114T221320Z\n"
            ),
            "{arguments:?}"
        );
    }
}

#[test]
fn v4_headers_with_a_token_and_headers_of_the_caller() {
    let environment = [&ENVIRONMENT[..], &[TOKEN]].concat();
    let arguments = [
        "sign",
        "PUT",
        "oss://examplebucket/目录/a+b c.txt",
        "--header",
        "Content-Type: text/plain",
        "--header",
        "Content-MD5: eB5eJF1ptWaXm4bijSPyxw==",
        "--header",
        "x-oss-meta-author:   alice  ",
        "--header",
        "x-oss-storage-class: IA",
    ];
    assert_eq!(
        print_in(&environment, &arguments),
        format!(
            "{V4}Signature=397aae9dfad2924c6e9fcc30794935ebb1e6d983bdebd05387ed3a1c87962a29\n\
             x-oss-content-sha256: UNSIGNED-PAYLOAD\n\
             x-oss-date: 20231114T221320Z\n\
             x-oss-security-token: CAIS+tok/en==\n\
             Content-Type: text/plain\n\
             Content-MD5: eB5eJF1ptWaXm4bijSPyxw==\n\
             x-oss-meta-author: alice\n\
             x-oss-storage-class: IA\n"
        )
    );
}

#[test]
fn v4_additional_headers() {
    let arguments = [
        "sign",
        "GET",
        OBJECT,
        "--version-id",
        "CAEQ+/=",
        "--header",
        "Range: bytes=0-9",
        "--header",
        "If-Match: x",
        "--additional-header",
        "Range",
        "--additional-header",
        "Host",
    ];
    assert_eq!(
        print(&arguments),
        format!(
            "{V4}AdditionalHeaders=host;range,\
             Signature=b32f1b43fa9e60682d33c07716a9fc3218c95eb9ff5cacde26c171a3ab27aa40\n\
             x-oss-content-sha256: UNSIGNED-PAYLOAD\n\
             x-oss-date: 20231114T221320Z\n\
             Range: bytes=0-9\n\
             If-Match: x\n\
             host: examplebucket.oss-cn-hangzhou.aliyuncs.com\n"
        )
    );
}

#[test]
fn v1_headers() {
    for (arguments, signature) in [
        (&["GET", "oss://"][..], "hlMoAS4n8Q0GI++vPyjCi/RpmbM="),
        (&["GET", "oss://examplebucket", "--query", "acl"], "Bw3otPsPFD2Tdu/sNw4ZFOZkJV0="),
        (&["GET", OBJECT, "--version-id", "CAEQ+/="], "3Fnauk9UOioKSjpFIbisRBWpzu4="),
    ] {
        let arguments = [&["sign", "--signature-version", "v1"], arguments].concat();
        assert_eq!(
            print(&arguments),
            format!("authorization: OSS testak:{signature}\ndate: Tue, 14 Nov 2023 22:13:20 GMT\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_header_of_the_date() {
    for (arguments, header) in [
        (&["--date-header", "date"][..], "\ndate: Tue, 14 Nov 2023 22:13:20 GMT\n"),
        (&["--date-header", "x-oss-date"], "\nx-oss-date: 20231114T221320Z\n"),
        (
            &["--date-header", "x-oss-date", "--signature-version", "v1"],
            "\nx-oss-date: Tue, 14 Nov 2023 22:13:20 GMT\n",
        ),
        (
            &["--date-header", "date", "--signature-version", "v1"],
            "\ndate: Tue, 14 Nov 2023 22:13:20 GMT\n",
        ),
    ] {
        let headers = print(&[&["sign", "GET", OBJECT], arguments].concat());
        assert!(headers.contains(header), "{arguments:?}: {headers}");
    }
}
