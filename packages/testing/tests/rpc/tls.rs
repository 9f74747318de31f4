//! A node behind TLS whose certificate is made at home, for `localhost` alone and for ever.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use bsn_client::rpc::{Bsn, RpcError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{good, run};

fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(include_bytes!("node.pem")).unwrap()
}

/// A good node's port.
fn serve() -> u16 {
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("node-key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate()], key).unwrap());
    let speak = move |stream: TcpStream| {
        StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream)
    };
    good().serve_by(speak)
}

fn bsn(node: String) -> Bsn {
    Bsn::new(&[node], "app-1", "app1contract").unwrap()
}

fn refused(bsn: &Bsn, why: &str) {
    let error = run(bsn.require_final(100)).unwrap_err();
    assert!(matches!(&error, RpcError::Down { reason, .. } if reason.contains(why)), "{error}");
}

#[test]
fn a_node_over_tls_is_asked_where_its_certificate_is_trusted() {
    let port = serve();
    let trusting = bsn(format!("https://localhost:{port}")).with_root(&certificate()).unwrap();
    assert_eq!(run(trusting.require_final(100)), Ok(()));
    refused(&bsn(format!("https://localhost:{port}")), "UnknownIssuer");
}

#[test]
fn a_certificate_of_another_name_is_refused() {
    let elsewhere = bsn(format!("https://127.0.0.1:{}", serve())).with_root(&certificate()).unwrap();
    refused(&elsewhere, "not valid for");
}

#[test]
fn a_node_without_tls_is_not_asked_over_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    refused(&bsn(format!("https://127.0.0.1:{port}")), "InvalidContentType");
}

#[test]
fn what_is_no_certificate_is_no_root() {
    let error = bsn("https://localhost".to_owned()).with_root(b"no certificate").unwrap_err();
    assert!(matches!(&error, RpcError::Tls { .. }), "{error}");
}
