//! A token server, as in the guide to STS: browsers and devices get temporary credentials that are cut
//! down to what they need, and never see the server's own.
//!
//! ```sh
//! cargo run -p oss-sign-credentials --features reqwest --example token_server -- \
//!     acs:ram::1234567890123456:role/oss-uploader examplebucket 127.0.0.1:8000
//! curl http://127.0.0.1:8000/sts
//! ```
//!
//! The server's own credentials are those of the default chain: of a RAM user, or of the ECS instance or
//! the pod, who may assume the role.
//! Who may have a token is for your own login to say: this example gives one to everybody.

use core::error::Error;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use oss_sign_credentials::sts::{
    AssumeRole, RoleArn, RoleSessionName, Session, SessionDuration, SessionPolicy, Sts,
};
use oss_sign_credentials::{
    AsyncCached, AsyncProvideCredentials, Credentials, Reqwest, Surroundings, System,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

struct TokenServer {
    own: AsyncCached,
    call: AssumeRole,
    transport: Reqwest,
    surroundings: Arc<dyn Surroundings>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role_arn, bucket, address] = arguments.as_slice() else {
        return Err("usage: token_server ROLE_ARN BUCKET ADDRESS".into());
    };
    // What the token may do is what the role may do and this policy allows.
    let policy = json!({
        "Version": "1",
        "Statement": [{
            "Effect": "Allow",
            "Action": "oss:PutObject",
            "Resource": format!("acs:oss:*:*:{bucket}/uploads/*"),
        }],
    });
    let session = Session::new()
        .with_name(RoleSessionName::new("token-server")?)
        .with_duration(SessionDuration::from_seconds(900)?)
        .with_policy(SessionPolicy::new(policy.to_string())?);
    let server = TokenServer {
        own: AsyncCached::default_chain(),
        call: AssumeRole::new(RoleArn::new(role_arn)?).with_session(session),
        transport: Reqwest::new(),
        surroundings: Arc::new(System),
    };
    let router = Router::new().route("/sts", get(sts)).with_state(Arc::new(server));
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/sts", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

/// `GET /sts`
async fn sts(State(server): State<Arc<TokenServer>>) -> impl IntoResponse {
    // For pages of any origin. A server that knows its users names its own origin instead.
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let (status, body) = match server.token().await {
        Ok(credentials) => (StatusCode::OK, document(&credentials)),
        Err(error) => {
            // It says what went wrong and what to do, and has no secret in it.
            eprintln!("{error}");
            (StatusCode::BAD_GATEWAY, json!({ "error": "no token can be had at the moment" }))
        }
    };
    (status, headers, Json(body))
}

impl TokenServer {
    async fn token(&self) -> Result<Credentials, oss_sign_credentials::Error> {
        let own = self.own.provide().await?;
        let role = Sts::new().assume_role(&self.call, &own, &*self.surroundings);
        let role = role.run_async(&self.transport, &self.surroundings).await?;
        Ok(role.into_credentials())
    }
}

/// The names of the guide, which the SDKs for browsers take as they are.
fn document(credentials: &Credentials) -> Value {
    json!({
        "AccessKeyId": credentials.access_key_id(),
        "AccessKeySecret": credentials.access_key_secret(),
        "SecurityToken": credentials.security_token(),
        "Expiration": credentials.expires_at().map(|instant| instant.to_string()),
    })
}
