use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;

use super::RpcError;

#[cfg(feature = "rpc")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "rpc"))]
type Connector = HttpConnector;

/// An HTTP client that keeps connections.
pub type Client = HyperClient<Connector, Full<Bytes>>;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Nobody answers a question of ours in more bytes.
const BYTES_MAX: usize = 4 << 20;

/// With TLS by the roots of the web, if the feature `rpc` is on.
pub fn client() -> Client {
    #[cfg(feature = "rpc")]
    let connector =
        hyper_rustls::HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
    #[cfg(not(feature = "rpc"))]
    let connector = HttpConnector::new();
    HyperClient::builder(TokioExecutor::new()).build(connector)
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
