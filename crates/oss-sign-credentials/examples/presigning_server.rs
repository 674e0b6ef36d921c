//! A server that gives out presigned URLs: with credentials that refresh themselves, and a signing key
//! that is derived once a day.
//!
//! ```sh
//! cargo run -p oss-sign-credentials --features reqwest --example presigning_server -- \
//!     cn-hangzhou examplebucket 127.0.0.1:8000
//! curl --location http://127.0.0.1:8000/download/photos/cat.jpg
//! curl http://127.0.0.1:8000/upload/photos/cat.jpg?type=image/jpeg
//! curl http://127.0.0.1:8000/form/avatars/
//! ```
//!
//! Who may have which URL is for your own login to say: this example gives them to everybody.

use core::error::Error;
use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use oss_sign::{Bucket, Condition, Expires, ObjectKey, PostPolicy, Region, Request};
use oss_sign_credentials::{AsyncCached, AsyncSigner, SignerError};
use serde_json::json;
use tokio::net::TcpListener;

struct PresigningServer {
    signer: AsyncSigner,
    bucket: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [region, bucket, address] = arguments.as_slice() else {
        return Err("usage: presigning_server REGION BUCKET ADDRESS".into());
    };
    Bucket::new(bucket)?;
    // The next credentials are fetched in a task of its own, so that no request waits for them.
    let cached = AsyncCached::default_chain().with_spawn(|fetch| drop(tokio::spawn(fetch)));
    let signer = AsyncSigner::new(cached, Region::new(region)?);
    let server = PresigningServer { signer, bucket: bucket.clone() };
    let router = Router::new()
        .route("/download/{*key}", get(download))
        .route("/upload/{*key}", get(upload))
        .route("/form/{*prefix}", get(form))
        .with_state(Arc::new(server));
    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

/// Sends the browser on to the object, for ten minutes.
async fn download(
    State(server): State<Arc<PresigningServer>>,
    Path(key): Path<String>,
) -> Result<impl IntoResponse, Refusal> {
    let request = Request::get(Bucket::new(&server.bucket)?, ObjectKey::new(&key)?);
    let presigned = server.signer.presign(&request, Expires::after_seconds(600)).await?;
    // Not to be kept: the next time it is another URL.
    let headers = [(header::LOCATION, presigned.url), (header::CACHE_CONTROL, "no-store".into())];
    Ok((StatusCode::FOUND, headers))
}

/// What an app needs to upload one object: method, URL, and the headers to send.
async fn upload(
    State(server): State<Arc<PresigningServer>>,
    Path(key): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<impl IntoResponse, Refusal> {
    let content_type = query.get("type").map_or("application/octet-stream", String::as_str);
    let headers = [("content-type", content_type)];
    let request = Request::put(Bucket::new(&server.bucket)?, ObjectKey::new(&key)?);
    let request = request.headers(&headers);
    let presigned = server.signer.presign(&request, Expires::after_seconds(600)).await?;
    Ok(Json(json!({
        "method": presigned.method.as_str(),
        "url": presigned.url,
        "headers": presigned.headers.into_iter().collect::<HashMap<_, _>>(),
        "expires_at": presigned.expires_at.to_string(),
    })))
}

/// The fields of a form with which a browser can upload images under a prefix.
async fn form(
    State(server): State<Arc<PresigningServer>>,
    Path(prefix): Path<String>,
) -> Result<impl IntoResponse, Refusal> {
    let conditions = [
        Condition::StartsWith("key", &prefix),
        Condition::In("content-type", &["image/jpeg", "image/png"]),
        Condition::ContentLengthRange { min: 1, max: 10 << 20 },
    ];
    let policy = PostPolicy::new(Bucket::new(&server.bucket)?).conditions(&conditions);
    let form = server.signer.sign_policy(&policy, Expires::after_seconds(600)).await?;
    Ok(Json(json!({
        "url": form.url,
        "fields": form.fields.into_iter().collect::<HashMap<_, _>>(),
        "expires_at": form.expires_at.to_string(),
    })))
}

/// Why a request gets no URL.
enum Refusal {
    /// There are no credentials.
    Unavailable(oss_sign_credentials::Error),
    /// What was asked for cannot be signed.
    Bad(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unavailable(error) => {
                // It says what went wrong and what to do, and has no secret in it.
                eprintln!("{error}");
                (StatusCode::SERVICE_UNAVAILABLE, "no credentials at the moment\n").into_response()
            }
            Self::Bad(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
        }
    }
}

impl From<SignerError> for Refusal {
    fn from(error: SignerError) -> Self {
        match error {
            SignerError::Credentials(error) => Self::Unavailable(error),
            error => Self::Bad(error.to_string()),
        }
    }
}

impl From<oss_sign::BucketError> for Refusal {
    fn from(error: oss_sign::BucketError) -> Self {
        Self::Bad(error.to_string())
    }
}

impl From<oss_sign::ObjectKeyError> for Refusal {
    fn from(error: oss_sign::ObjectKeyError) -> Self {
        Self::Bad(error.to_string())
    }
}
