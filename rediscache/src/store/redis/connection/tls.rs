//! The certificates of a connection over TLS: whom to trust, and what to show.

use redis::{Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, TlsCertificates};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;
use crate::error::Result;
use crate::refusal::config;

pub(super) fn with_certificates(info: ConnectionInfo, given: &Tls) -> Result<ConnectionInfo> {
    let unreadable = || config("a certificate or its key cannot be read; give both in PEM form");
    if !are_readable(given) {
        return Err(unreadable());
    }
    let ConnectionAddr::TcpTls { host, port, .. } = info.addr().clone() else {
        let any = given.root_certificate.is_some() || given.client_certificate.is_some() || given.any_certificate;
        return match any {
            true => Err(config("certificates are for TLS; write the URL as `rediss://…`")),
            false => Ok(info),
        };
    };
    // Has rustls use ring, unless the program chose another provider. Without one it panics.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = TlsCertificates {
        client_tls: given
            .client_certificate
            .clone()
            .map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key }),
        root_cert: given.root_certificate.clone(),
    };
    let insecure = given.any_certificate;
    let address = ConnectionAddr::TcpTls { host, port, insecure, tls_params: None };
    let client = Client::build_with_tls(info.set_addr(address), certificates).map_err(|_| unreadable())?;
    Ok(client.get_connection_info().clone())
}

/// The driver passes over what is none.
fn are_readable(given: &Tls) -> bool {
    let is_chain = |pem: &[u8]| {
        let mut certificates = CertificateDer::pem_slice_iter(pem).peekable();
        certificates.peek().is_some() && certificates.all(|certificate| certificate.is_ok())
    };
    let client = given.client_certificate.as_ref();
    given.root_certificate.as_deref().is_none_or(is_chain)
        && client.is_none_or(|(chain, key)| is_chain(chain) && PrivateKeyDer::from_pem_slice(key).is_ok())
}
