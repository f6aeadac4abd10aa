//! A server of each framework over TLS, spoken to by a client that trusts the test's authority only.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use ::axum::{Router, routing::get};
use actix_web::{HttpResponse, web};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client, tls::TlsInfo};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::{Limits, Listen, Server, actix, axum};
use super::*;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A new certificate for localhost, as files.
    fn issue(&self, folder: &Path) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        // The key first: for a moment the two don't belong together, as when a person replaces them.
        fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    }

    fn client(&self) -> Client {
        let root = Certificate::from_pem(self.0.pem().as_bytes()).unwrap();
        // A connection of its own for each request, so that each sees the certificate of its moment.
        Client::builder().tls_certs_only([root]).tls_info(true).pool_max_idle_per_host(0).build().unwrap()
    }
}

struct Running {
    url: String,
    folder: TempDir,
    authority: Authority,
    _stop: DropGuard,
}

fn start(make: impl FnOnce(std::net::TcpListener) -> Result<Server, StartError>) -> Running {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    authority.issue(folder.path());
    let listener = Listen::Address(([127, 0, 0, 1], 0).into()).bind("LISTEN").unwrap();
    let files = TlsFiles::new(folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let server = make(listener).unwrap().over_tls(Some(files)).unwrap();
    assert!(server.origin().starts_with("https://127.0.0.1:"));
    let url = format!("https://localhost:{}/", server.addr().port());
    let stop = CancellationToken::new();
    tokio::spawn(server.run(stop.clone()));
    Running { url, folder, authority, _stop: stop.drop_guard() }
}

fn both() -> [Running; 2] {
    let router = Router::new().route("/", get(|| async { "hello" }));
    let hello = || async { HttpResponse::Ok().body("hello") };
    [
        start(|listener| axum(listener, router, Limits::default())),
        start(|listener| {
            actix(
                listener,
                move |app| {
                    app.route("/", web::get().to(hello));
                },
                Limits::default(),
            )
        }),
    ]
}

async fn served_certificate(running: &Running) -> Vec<u8> {
    let answer = running.authority.client().get(&running.url).send().await.unwrap();
    answer.extensions().get::<TlsInfo>().unwrap().peer_certificate().unwrap().to_vec()
}

#[tokio::test]
async fn https_is_served_with_hsts_and_http_is_not() {
    for running in both() {
        let request = running.authority.client().get(&running.url).header("host", "api.example");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        assert_eq!(answer.text().await.unwrap(), "hello");
        let plain = running.url.replace("https:", "http:");
        assert!(reqwest::get(plain).await.is_err());
    }
}

/// It would hold for every port of this machine.
#[tokio::test]
async fn hsts_is_not_sent_for_a_name_of_this_machine() {
    for running in both() {
        for host in ["localhost:9000", "127.0.0.1", "as.localhost"] {
            let request = running.authority.client().get(&running.url).header("host", host);
            let answer = request.send().await.unwrap();
            assert!(!answer.headers().contains_key("strict-transport-security"), "{host}");
        }
    }
}

#[tokio::test]
async fn a_certificate_replaced_on_disk_is_served_without_a_restart() {
    for running in both() {
        let first = served_certificate(&running).await;
        fs::write(running.folder.path().join("key.pem"), "half of a k").unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(served_certificate(&running).await, first, "what can't be served does no harm");
        running.authority.issue(running.folder.path());
        let replaced = async {
            while served_certificate(&running).await == first {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), replaced).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused_at_the_start() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let authority = Authority::new();
    authority.issue(one.path());
    authority.issue(other.path());
    let listener = Listen::Address(([127, 0, 0, 1], 0).into()).bind("LISTEN").unwrap();
    let server = axum(listener, Router::new(), Limits::default()).unwrap();
    let files = TlsFiles::new(one.path().join("cert.pem"), other.path().join("key.pem"));
    let error = server.over_tls(Some(files)).unwrap_err().to_string();
    assert!(error.starts_with("TLS_KEY_FILE does not fit TLS_CERT_FILE"), "{error}");
}

fn settings(certificate: Option<&str>, key: Option<&str>) -> Result<Option<TlsFiles>, SettingsError> {
    TlsFiles::from_settings(certificate.map(PathBuf::from), key.map(PathBuf::from))
}

#[test]
fn half_of_the_settings_is_refused_and_not_served_without_tls() {
    assert_eq!(settings(None, None).unwrap(), None);
    assert_eq!(settings(Some("a"), Some("b")).unwrap(), Some(TlsFiles::new("a", "b")));
    assert_eq!(settings(Some("a"), None).unwrap_err().setting, "TLS_KEY_FILE");
    assert_eq!(settings(None, Some("b")).unwrap_err().setting, "TLS_CERT_FILE");
}

#[test]
fn a_missing_file_is_named_with_its_setting() {
    let error = Tls::read(TlsFiles::new("/nowhere/cert.pem", "/nowhere/key.pem")).unwrap_err().to_string();
    assert!(error.contains("TLS_CERT_FILE") && error.contains("/nowhere/cert.pem"), "{error}");
}
