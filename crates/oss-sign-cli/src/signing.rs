//! Who signs, when and for where: what all verbs need before they differ.

use clap::{Args, ValueEnum};
use oss_sign::v4::SigningKey;
use oss_sign::{
    Credentials, DateHeader, Endpoint, Expires, Method, PolicyError, PolicyForm, PostPolicy,
    PresignedUrl, Product, Region, Request, SignError, SignedHeaders, Timestamp, v1, v4,
};

use crate::access_key::CredentialsArgs;
use crate::endpoint::EndpointArgs;
use crate::instant::{self, instant};
use crate::mistake::{Mistake, Quoted};
use crate::refusal::in_v4_only;
use crate::region::region;
use crate::request::{Parts, RequestArgs};

#[derive(Args)]
pub(crate) struct SigningArgs {
    #[command(flatten)]
    request: RequestArgs,

    #[command(flatten)]
    endpoint: EndpointArgs,

    #[command(flatten)]
    signature: SignatureArgs,
}

#[derive(Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SignatureArgs {
    /// The region of the bucket, such as cn-hangzhou; of a cloud box its ID [env: OSS_REGION]
    #[arg(long, value_name = "ID")]
    region: Option<String>,

    /// v1 is closed to new accounts and new buckets since 2025
    #[arg(long, value_name = "VERSION", default_value = "v4", visible_alias = "sign-version")]
    signature_version: SignatureVersion,

    /// oss, oss-cloudbox, osstables, ... (V4) [default: oss]
    #[arg(long, value_parser = product)]
    product: Option<Product>,

    /// The time of signing: Unix seconds or RFC 3339 [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,

    #[command(flatten)]
    credentials: CredentialsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureVersion {
    V4,
    V1,
}

impl SignatureVersion {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "v4",
            Self::V1 => "v1",
        }
    }
}

/// A request, and all that it takes to sign it.
pub(crate) struct Signing<'a> {
    pub(crate) parts: &'a Parts<'a>,
    pub(crate) request: Request<'a>,
    pub(crate) endpoint: Endpoint<'a>,
    pub(crate) credentials: Credentials<'a>,
    /// When the AccessKey expires, if that is known.
    pub(crate) credentials_expire_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
    pub(crate) version: SignatureVersion,
    signer: Signer<'a>,
}

enum Signer<'a> {
    V4(v4::Signer<'a>),
    V1(v1::Signer<'a>),
}

impl SigningArgs {
    pub(crate) fn is_key_verbatim(&self) -> bool {
        self.request.is_key_verbatim()
    }

    /// Reads flags, environment and clock, and hands them to `verb`: the library's values borrow,
    /// and here is what they borrow from.
    pub(crate) fn prepare<T>(
        &self,
        method: Method,
        verb: impl FnOnce(&Signing<'_>) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        let resource = self.request.resource()?;
        self.signature.prepare(&self.endpoint, |signatory| {
            let Signatory { endpoint, credentials, credentials_expire_at, now, version, signer } =
                signatory;
            let host = endpoint.host(resource).to_string();
            let parts = self.request.parts(resource, &host)?;
            let request = parts.request(method);
            verb(&Signing {
                parts: &parts,
                request,
                endpoint,
                credentials,
                credentials_expire_at,
                now,
                version,
                signer,
            })
        })
    }
}

/// Who signs, when and for where.
pub(crate) struct Signatory<'a> {
    pub(crate) endpoint: Endpoint<'a>,
    credentials: Credentials<'a>,
    pub(crate) credentials_expire_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
    pub(crate) version: SignatureVersion,
    signer: Signer<'a>,
}

impl<'a> Signatory<'a> {
    pub(crate) fn sign_policy(
        &self,
        policy: &PostPolicy<'a>,
        expires: Expires,
    ) -> Result<PolicyForm<'a>, PolicyError> {
        match &self.signer {
            Signer::V4(signer) => signer.sign_policy(policy, self.now, expires),
            Signer::V1(signer) => signer.sign_policy(policy, self.now, expires),
        }
    }
}

impl SignatureArgs {
    /// Reads flags, environment and clock, and hands them to `act`, as what they become borrows.
    pub(crate) fn prepare<T>(
        &self,
        endpoint: &EndpointArgs,
        act: impl FnOnce(Signatory<'_>) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        let region = region(self.region.as_deref())?;
        let given_endpoint = endpoint.given()?;
        let now = self.now.map_or_else(instant::now, Ok)?;
        let access_key = self.credentials.access_key()?;
        let credentials = access_key.borrow();
        let key = self.key(&credentials, region.as_ref(), now)?;
        act(Signatory {
            endpoint: endpoint.endpoint(given_endpoint.as_ref(), region.as_ref())?,
            credentials,
            credentials_expire_at: access_key.expires_at(),
            now,
            version: self.signature_version,
            signer: match &key {
                Some(key) => Signer::V4(v4::Signer::new(credentials, key)),
                None => Signer::V1(v1::Signer::new(credentials)),
            },
        })
    }

    /// The signing key of V4; V1 has none.
    fn key(
        &self,
        credentials: &Credentials<'_>,
        region: Option<&Region>,
        now: Timestamp,
    ) -> Result<Option<SigningKey>, Mistake> {
        match (self.signature_version, &self.product) {
            (SignatureVersion::V1, Some(_)) => return Err(Mistake::new(in_v4_only("--product"))),
            (SignatureVersion::V1, None) => return Ok(None),
            (SignatureVersion::V4, _) => {}
        }
        let Some(region) = region else {
            return Err(Mistake::new(
                "V4 signs the region of the bucket: give --region cn-hangzhou, or set OSS_REGION",
            ));
        };
        let product = self.product.clone().unwrap_or_default();
        Ok(Some(SigningKey::derive_for(&product, credentials, region, now)))
    }
}

impl<'a> Signing<'a> {
    pub(crate) fn presign(&self, expires: Expires) -> Result<PresignedUrl<'_>, SignError> {
        self.presign_request(&self.request, expires)
    }

    /// Presigns another request than the one of the flags, in the same way.
    pub(crate) fn presign_request<'r>(
        &'r self,
        request: &Request<'r>,
        expires: Expires,
    ) -> Result<PresignedUrl<'r>, SignError> {
        match &self.signer {
            Signer::V4(signer) => signer.presign(request, &self.endpoint, self.now, expires),
            Signer::V1(signer) => signer.presign(request, &self.endpoint, self.now, expires),
        }
    }

    /// The request of the flags for many resources; V1 has no such thing.
    pub(crate) fn batch(&self, expires: Expires) -> Result<Option<v4::Batch<'_>>, SignError> {
        match &self.signer {
            Signer::V4(signer) => {
                signer.batch(&self.request, &self.endpoint, self.now, expires).map(Some)
            }
            Signer::V1(_) => Ok(None),
        }
    }

    /// `date_header` is the library's choice for the version if it is none.
    pub(crate) fn sign(
        &self,
        date_header: Option<DateHeader>,
    ) -> Result<SignedHeaders<'a>, SignError> {
        match (&self.signer, date_header) {
            (Signer::V4(signer), None) => signer.sign(&self.request, self.now),
            (Signer::V4(signer), Some(header)) => {
                signer.with_date_header(header).sign(&self.request, self.now)
            }
            (Signer::V1(signer), None) => signer.sign(&self.request, self.now),
            (Signer::V1(signer), Some(header)) => {
                signer.clone().with_date_header(header).sign(&self.request, self.now)
            }
        }
    }
}

fn product(text: &str) -> Result<Product, Mistake> {
    Product::new(text).map_err(|error| Mistake::new(format!("{}: {error}", Quoted(text))))
}
