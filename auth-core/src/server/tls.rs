//! HTTPS: a certificate and its key from two files, read again whenever they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::StartError;
use super::process::Hangups;
use crate::settings::{SettingsError, warn_if_others_may_read};

const CERTIFICATE: &str = "TLS_CERT_FILE";
const KEY: &str = "TLS_KEY_FILE";

/// How often the files are looked at; a SIGHUP has them read at once.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where a server's certificate is: both files in PEM, the certificate followed by those of the
/// authorities between it and the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl TlsFiles {
    /// The two files. They are read by [`super::Server::over_tls`].
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> TlsFiles {
        TlsFiles { certificate: certificate.into(), key: key.into() }
    }

    /// From the settings `TLS_CERT_FILE` and `TLS_KEY_FILE`; `None` when neither is set.
    ///
    /// # Errors
    /// When only one of the two is set.
    pub fn from_settings(
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<Option<TlsFiles>, SettingsError> {
        // ANCHOR: half_of_tls
        // Half of it is a mistake: to serve plain http instead would be the worst answer to it.
        let lacks = |missing: &str, set: &str| {
            Err(SettingsError::new(
                missing,
                format!("is not set, but {set} is"),
                "set both, or none for plain http",
            ))
        };
        match (certificate, key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles::new(certificate, key))),
            (Some(_), None) => lacks(KEY, CERTIFICATE),
            (None, Some(_)) => lacks(CERTIFICATE, KEY),
        }
        // ANCHOR_END: half_of_tls
    }

    fn read(&self) -> Result<CertifiedKey, SettingsError> {
        let certificates = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let certificates: Vec<_> =
            certificates.map_err(|error| unreadable(CERTIFICATE, &self.certificate, &error))?;
        if certificates.is_empty() {
            return Err(unreadable(CERTIFICATE, &self.certificate, &pem::Error::NoItemsFound));
        }
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| unreadable(KEY, &self.key, &error))?;
        warn_if_others_may_read(KEY, &self.key);
        CertifiedKey::from_der(certificates, key, &default_provider()).map_err(|error| {
            SettingsError::new(
                KEY,
                format!("does not fit {CERTIFICATE} ({error})"),
                "give the key for which the certificate was made",
            )
        })
    }

    /// What changes when a file is replaced. Links are followed: a tool that swaps a link to a
    /// folder, as Kubernetes does, changes the time as well.
    fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.certificate, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

fn unreadable(setting: &str, path: &Path, error: &pem::Error) -> SettingsError {
    SettingsError::new(
        setting,
        format!("names the file {}, which is of no use ({error})", path.display()),
        "give a file in PEM that this user may read",
    )
}

/// The certificate that is served at the moment.
struct Current(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// A certificate that was read, and is kept up to date.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    files: TlsFiles,
    stamp: [Option<(SystemTime, u64)>; 2],
    current: Arc<Current>,
}

impl Tls {
    pub(super) fn read(files: TlsFiles) -> Result<Tls, StartError> {
        let stamp = files.stamp();
        let current = Arc::new(Current(RwLock::new(Arc::new(files.read()?))));
        Ok(Tls { files, stamp, current })
    }

    /// TLS 1.3 and 1.2 with rustls's own choice of ciphers (RFC 9325 §3.1.1, §4.2). Both servers speak
    /// HTTP/1.1 on it, with the limits that they have without TLS.
    pub(super) fn config(&self) -> Result<ServerConfig, rustls::Error> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
        let mut config = config.with_cert_resolver(self.current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Reads the files again when they change or a SIGHUP asks for it; never returns. What can't be
    /// used is reported once, and the certificate before it stays: so does one whose key is not
    /// written yet.
    pub(super) async fn keep_current(mut self) {
        let mut hangups = Hangups::new();
        let mut reported = None;
        loop {
            let asked = tokio::select! {
                () = hangups.next() => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let (files, known) = (self.files.clone(), self.stamp);
            let look = tokio::task::spawn_blocking(move || {
                let stamp = files.stamp();
                (asked || stamp != known).then(|| (stamp, files.read()))
            });
            match look.await {
                Ok(Some((stamp, Ok(key)))) => {
                    *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
                    self.stamp = stamp;
                    reported = None;
                    tracing::info!(certificate = %self.files.certificate.display(), "a new certificate is served");
                }
                Ok(Some((_, Err(error)))) => {
                    let problem = error.to_string();
                    if reported.as_ref() != Some(&problem) {
                        tracing::error!(problem, "the certificate was replaced by one that can't be served");
                    }
                    reported = Some(problem);
                }
                Ok(None) | Err(_) => {}
            }
        }
    }
}

#[cfg(all(test, feature = "axum", feature = "actix"))]
mod tests;
