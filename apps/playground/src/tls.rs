//! HTTPS on one's own machine: an authority in the data folder, and a certificate for `localhost` from it.

use std::path::PathBuf;

use auth_core::server::{StartError, TlsFiles};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use time::{Duration, OffsetDateTime};

use crate::data::{DataFolder, unusable};
use crate::parties::unexpected;

const AUTHORITY: &str = "authority.pem";
const AUTHORITY_KEY: &str = "authority.key";
const CERTIFICATE: &str = "localhost.pem";
const KEY: &str = "localhost.key";

/// What the parties serve with, and what whoever calls them must trust.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) files: TlsFiles,
    pub(crate) authority: PathBuf,
}

impl Tls {
    /// Finds the authority or makes it, and makes a certificate anew: so it never expires in a folder, and a
    /// person has to trust the authority only once.
    pub(crate) fn prepare(data: &DataFolder) -> Result<Tls, StartError> {
        let params = authority()?;
        let key = match data.read(AUTHORITY_KEY)? {
            Some(pem) => KeyPair::from_pem(&pem)
                .map_err(|error| unusable(&data.path().join(AUTHORITY_KEY), &error.to_string()))?,
            None => {
                let key = KeyPair::generate().map_err(unexpected)?;
                let certificate = params.self_signed(&key).map_err(unexpected)?;
                data.write(AUTHORITY, &certificate.pem())?;
                // The key last: it says that both are there.
                data.write(AUTHORITY_KEY, &key.serialize_pem())?;
                key
            }
        };
        let own = KeyPair::generate().map_err(unexpected)?;
        let certificate =
            localhost()?.signed_by(&own, &Issuer::from_params(&params, &key)).map_err(unexpected)?;
        data.write(KEY, &own.serialize_pem())?;
        data.write(CERTIFICATE, &certificate.pem())?;
        let path = |name| data.path().join(name);
        Ok(Tls { files: TlsFiles::new(path(CERTIFICATE), path(KEY)), authority: path(AUTHORITY) })
    }
}

// ANCHOR: authority
/// Whoever trusts this authority trusts it for this machine alone (RFC 5280 §4.2.1.10): its key lies in a folder
/// of a demo, and must not be worth stealing.
fn authority() -> Result<CertificateParams, StartError> {
    let mut params = CertificateParams::new([]).map_err(unexpected)?;
    params.distinguished_name.push(DnType::CommonName, "OAuth 2 by Example, for localhost only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
        ],
        excluded_subtrees: Vec::new(),
    });
    lasts(&mut params, Duration::days(3650));
    Ok(params)
}
// ANCHOR_END: authority

fn localhost() -> Result<CertificateParams, StartError> {
    let mut params =
        CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).map_err(unexpected)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    lasts(&mut params, Duration::days(90));
    Ok(params)
}

/// From yesterday on, for clocks that are a little late.
fn lasts(params: &mut CertificateParams, time: Duration) {
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = (now - Duration::days(1), now + time);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_authority_is_found_again_and_the_certificate_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join("data").join(name)).unwrap();
        let prepare = || Tls::prepare(&DataFolder::open(&folder.path().join("data")).unwrap()).unwrap();
        prepare();
        let (authority, certificate) = (read(AUTHORITY), read(CERTIFICATE));
        prepare();
        assert_eq!(read(AUTHORITY), authority);
        assert_ne!(read(CERTIFICATE), certificate);
    }
}
