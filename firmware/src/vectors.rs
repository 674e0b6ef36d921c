//! Requests that the official SDKs signed, and what they made of them: a few of those in
//! `tests/vectors`, whose names they bear.

/// A request, and who signs it when.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'a> {
    /// Its name in `tests/vectors`.
    pub name: &'a str,
    pub access_key_id: &'a str,
    pub access_key_secret: &'a str,
    pub security_token: Option<&'a str>,
    pub region: &'a str,
    pub endpoint: &'a str,
    pub over_http: bool,
    pub is_put: bool,
    pub bucket: &'a str,
    pub key: &'a str,
    pub process: Option<&'a str>,
    pub query: &'a [(&'a str, &'a str)],
    pub headers: &'a [(&'a str, &'a str)],
    pub additional_headers: &'a [&'a str],
    pub now: u64,
    pub expires: u32,
    /// The URL in V4, the value of `Authorization`, or the signature in V1.
    pub expected: &'a str,
}

/// With `x-oss-process` and a security token.
pub const GET_PROCESSED: Vector<'_> = Vector {
    name: "alibabacloud-oss-go-sdk-v2/p1001-01222",
    access_key_id: "STS.FakeNVnHuAmNMYt9x",
    access_key_secret: "FakeStsSecret9x8y7z6w5v4u3t2s1r",
    security_token: Some("CAISFAKEfakeFAKEfake"),
    region: "ap-southeast-1",
    endpoint: "https://oss-ap-southeast-1.aliyuncs.com",
    over_http: false,
    is_put: false,
    bucket: "examplebucket",
    key: "KuONY/Fbt.fAIp",
    process: Some("image/resize,w_100"),
    query: &[],
    headers: &[],
    additional_headers: &[],
    now: 1_767_097_256,
    expires: 7200,
    expected: "https://examplebucket.oss-ap-southeast-1.aliyuncs.com/KuONY/Fbt.fAIp\
        ?x-oss-credential=STS.FakeNVnHuAmNMYt9x%2F20251230%2Fap-southeast-1%2Foss%2Faliyun_v4_request\
        &x-oss-date=20251230T122056Z&x-oss-expires=7200&x-oss-process=image%2Fresize%2Cw_100\
        &x-oss-security-token=CAISFAKEfakeFAKEfake\
        &x-oss-signature=f1c9de87cbabf88e18a87831320633a3ee893df2631b4fb060f2507c371c6f0e\
        &x-oss-signature-version=OSS4-HMAC-SHA256",
};

/// A key with a blank and Chinese.
pub const GET_CHINESE: Vector<'_> = Vector {
    name: "alibabacloud-oss-go-sdk-v2/p1001-00392",
    access_key_id: "ak",
    access_key_secret: "sk",
    security_token: None,
    region: "us-east-1",
    endpoint: "http://oss-us-east-1.aliyuncs.com",
    over_http: true,
    is_put: false,
    bucket: "my-test-2024",
    key: "dir/测试 文件(1).txtOxkfTn4wC",
    process: None,
    query: &[],
    headers: &[],
    additional_headers: &[],
    now: 1_602_969_098,
    expires: 3600,
    expected: "http://my-test-2024.oss-us-east-1.aliyuncs.com\
        /dir/%E6%B5%8B%E8%AF%95%20%E6%96%87%E4%BB%B6%281%29.txtOxkfTn4wC\
        ?x-oss-credential=ak%2F20201017%2Fus-east-1%2Foss%2Faliyun_v4_request\
        &x-oss-date=20201017T211138Z&x-oss-expires=3600\
        &x-oss-signature=d05ff8d00f06cb073eeabcf9c6335f7c3c09eb85360e1fea735a93bee3cb8716\
        &x-oss-signature-version=OSS4-HMAC-SHA256",
};

/// An upload with headers, `x-oss-process` and a limit of its speed.
pub const PUT: Vector<'_> = Vector {
    name: "alibabacloud-oss-go-sdk-v2/p1001-01574",
    access_key_id: "LTAI5tFakeFakeFakeFake01",
    access_key_secret: "NotARealSecret/With+Base64Chars==",
    security_token: None,
    region: "cn-hangzhou",
    endpoint: "http://oss-cn-hangzhou.aliyuncs.com",
    over_http: true,
    is_put: true,
    bucket: "example-bucket-01",
    key: "中/图片/示例.jpg",
    process: Some("image/resize,m_fill,h_100,w_100/format,webp"),
    query: &[("x-oss-traffic-limit", "250097118")],
    headers: &[
        ("Content-Type", "multipart/form-data; boundary=----FakeBoundary7MA4YWxk"),
        ("Content-MD5", "VuxhlUUFMWptBqG0zyyRMw=="),
        ("x-oss-meta-yfe", "mm-"),
        ("X-OSS-META-NF", ":"),
    ],
    additional_headers: &[],
    now: 1_540_171_300,
    expires: 456_578,
    expected: "http://example-bucket-01.oss-cn-hangzhou.aliyuncs.com\
        /%E4%B8%AD/%E5%9B%BE%E7%89%87/%E7%A4%BA%E4%BE%8B.jpg\
        ?x-oss-credential=LTAI5tFakeFakeFakeFake01%2F20181022%2Fcn-hangzhou%2Foss%2Faliyun_v4_request\
        &x-oss-date=20181022T012140Z&x-oss-expires=456578\
        &x-oss-process=image%2Fresize%2Cm_fill%2Ch_100%2Cw_100%2Fformat%2Cwebp\
        &x-oss-signature=256043f2988628764ff09791f975b77c8537258a596278420d97ce7eec456d0e\
        &x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-traffic-limit=250097118",
};

/// Signed by headers.
pub const PUT_HEADERS: Vector<'_> = Vector {
    name: "alibabacloud-oss-go-sdk-v2/p1001-01590",
    access_key_id: "STS.FakeNVnHuAmNMYt9x",
    access_key_secret: "FakeStsSecret9x8y7z6w5v4u3t2s1r",
    security_token: Some("fake%2Btoken&with=odd chars~!*'()"),
    region: "cn-hangzhou",
    endpoint: "http://oss-cn-hangzhou.aliyuncs.com",
    over_http: true,
    is_put: true,
    bucket: "abc",
    key: "dir/图片/示例.jpg",
    process: None,
    query: &[("partNumber", "8597")],
    headers: &[
        ("Content-Type", "text/plain"),
        ("Content-MD5", "BKmzhTJSeSA6LLKQp/JjXg=="),
        ("x-OSS-metA-Roa", "fBX mM:oMc"),
    ],
    additional_headers: &[],
    now: 1_598_413_377,
    expires: 0,
    expected: "OSS4-HMAC-SHA256 \
        Credential=STS.FakeNVnHuAmNMYt9x/20200826/cn-hangzhou/oss/aliyun_v4_request,\
        Signature=f30e672f296512c4f9d936f4283951d902f388b18cdbfb8b827ab4bede0808dd",
};

/// [`GET_PROCESSED`] in V1.
#[cfg(feature = "v1")]
pub const V1_GET_PROCESSED: Vector<'_> = Vector {
    name: "aliyun-oss-go-sdk/p1001-01221",
    expected: "/iHz5jeXi7zplIxe8a5enu3DRPs=",
    ..GET_PROCESSED
};

/// [`PUT`] in V1.
#[cfg(feature = "v1")]
pub const V1_PUT: Vector<'_> = Vector {
    name: "aliyun-oss-go-sdk/p1001-01573",
    expected: "ncrFHCttPTnTbMx0DtCFj/C6E9I=",
    ..PUT
};

/// A form without conditions; `expected` is its policy, then a blank and its signature.
#[cfg(feature = "post-policy")]
pub const FORM: Vector<'_> = Vector {
    name: "ali-oss/p1001-02246",
    access_key_id: "LTAIFAKEfakeFAKE0001",
    access_key_secret: "FakeSecretForTestVectors0000001",
    security_token: None,
    region: "ap-southeast-1",
    bucket: "example-bucket-01",
    now: 1_865_091_947,
    expires: 413_904,
    expected: "eyJleHBpcmF0aW9uIjoiMjAyOS0wMi0xMVQxMjowNDoxMS4wMDBaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0\
        IjoiZXhhbXBsZS1idWNrZXQtMDEifSx7Ingtb3NzLXNpZ25hdHVyZS12ZXJzaW9uIjoiT1NTNC1ITUFDLVNIQTI1NiJ9\
        LHsieC1vc3MtY3JlZGVudGlhbCI6IkxUQUlGQUtFZmFrZUZBS0UwMDAxLzIwMjkwMjA2L2FwLXNvdXRoZWFzdC0xL29z\
        cy9hbGl5dW5fdjRfcmVxdWVzdCJ9LHsieC1vc3MtZGF0ZSI6IjIwMjkwMjA2VDE3MDU0N1oifV19 \
        0e495be10ff66f6af75d0fe2221486fa5f31f9b58a04342087555668f9a2cbac",
    ..GET_PROCESSED
};
