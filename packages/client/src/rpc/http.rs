use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};

use super::RpcError;

/// An HTTP client that keeps connections.
pub type Client = HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Nobody answers a question of ours in more bytes.
const BYTES_MAX: usize = 4 << 20;

/// A client that trusts the roots of the web and, where one is given, one more: a certificate in DER.
pub fn client(own_root: Option<&[u8]>) -> Result<Client, RpcError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(root) = own_root {
        roots.add(root.to_vec().into()).map_err(RpcError::tls)?;
    }
    // By name: a program that links another provider too has no default one, and asking for it panics.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(RpcError::tls)?.with_root_certificates(roots).with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1();
    Ok(HyperClient::builder(TokioExecutor::new()).build(connector.build()))
}

/// What a node answers to a POST of JSON.
pub async fn post(client: &Client, node: &str, body: String) -> Result<(StatusCode, Bytes), RpcError> {
    let down = |reason: &dyn std::error::Error| RpcError::down(node, reason);
    let uri: Uri = node.parse().map_err(|error| down(&error))?;
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let json = hyper::header::HeaderValue::from_static("application/json");
    request.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    let answered = async {
        let response = client.request(request).await.map_err(|error| down(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), BYTES_MAX).collect().await;
        Ok((status, body.map_err(|error| down(error.as_ref()))?.to_bytes()))
    };
    tokio::time::timeout(TIMEOUT, answered).await.map_err(|error| down(&error))?
}
