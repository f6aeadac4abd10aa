//! Keys that sign tokens: made here, stored as PKCS #8 by whoever owns them.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
    RsaPublicKeyComponents,
};
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use serde::Serialize;
use zeroize::Zeroizing;

use super::verification_keys::VerificationKey;
use super::{Algorithm, JwtError};
use crate::jwks::Jwk;
use crate::secret::SigningSecret;

/// A private key, or a secret for HS256, with the one algorithm that it is for.
///
/// Its `kid` is the RFC 7638 thumbprint of its public key, so the same key has the same name
/// everywhere and no other key can take it.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    encoding: EncodingKey,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Pair { pkcs8: Zeroizing<Vec<u8>>, public: Jwk },
    Secret(SigningSecret),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new random key. RSA keys have 2048 bits (RFC 7518 §3.3) and take a moment to find: do it
    /// off the async threads.
    ///
    /// # Errors
    /// [`JwtError::Key`] when the system has no randomness to give.
    pub fn generate(algorithm: Algorithm) -> Result<Self, JwtError> {
        const FAILED: JwtError = JwtError::Key("generating it failed");
        let pkcs8 = match algorithm {
            Algorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| pair.to_pkcs8v1())
                .map_err(|_| FAILED)?
                .as_ref()
                .to_vec(),
            Algorithm::EdDSA => Ed25519KeyPair::generate()
                .and_then(|pair| pair.to_pkcs8v1())
                .map_err(|_| FAILED)?
                .as_ref()
                .to_vec(),
            Algorithm::RS256 => RsaKeyPair::generate(KeySize::Rsa2048)
                .and_then(|pair| AsDer::<Pkcs8V1Der<'_>>::as_der(&pair))
                .map_err(|_| FAILED)?
                .as_ref()
                .to_vec(),
            Algorithm::HS256 => return Self::hs256(SigningSecret::generate()),
        };
        Self::from_pair(algorithm, Zeroizing::new(pkcs8))
    }

    /// A key from storage: PKCS #8 in DER, as [`SigningKey::to_pkcs8_der`] gave it.
    ///
    /// # Errors
    /// [`JwtError::Key`] when it is not a private key for `algorithm`, or when its thumbprint is
    /// not `kid`: then the store holds something else than what was put there.
    pub fn from_pkcs8_der(kid: &str, algorithm: Algorithm, der: &[u8]) -> Result<Self, JwtError> {
        let key = Self::from_pair(algorithm, Zeroizing::new(der.to_vec()))?;
        if key.kid != kid {
            return Err(JwtError::Key("it is not the key that its kid names"));
        }
        Ok(key)
    }

    /// A key from a PEM file with `-----BEGIN PRIVATE KEY-----`, as
    /// `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` writes it.
    ///
    /// # Errors
    /// [`JwtError::Key`] when it is not such a file, or not a key for `algorithm`.
    pub fn from_pem(algorithm: Algorithm, text: &str) -> Result<Self, JwtError> {
        let pem = pem::parse(text).map_err(|_| JwtError::Key("it is not a PEM file"))?;
        if pem.tag() != PKCS8_TAG {
            return Err(JwtError::Key("the file must begin with -----BEGIN PRIVATE KEY-----"));
        }
        Self::from_pair(algorithm, Zeroizing::new(pem.into_contents()))
    }

    /// A key for HS256, for one party that both signs and verifies.
    ///
    /// # Errors
    /// [`JwtError::Key`] for a secret under 32 bytes: RFC 7518 §3.2 wants a key at least as long
    /// as the hash, and a shorter one can be found offline from a single token.
    pub fn hs256(secret: SigningSecret) -> Result<Self, JwtError> {
        if secret.secret().len() < 32 {
            return Err(JwtError::Key("a secret for HS256 must have at least 32 bytes"));
        }
        let encoding = EncodingKey::from_secret(secret.secret().as_bytes());
        // A name that says no more about the secret than a signature does, for it is one.
        let kid = jsonwebtoken::crypto::sign(b"kid", &encoding, Algorithm::HS256.backend())
            .map_err(|_| JwtError::Signing)?;
        Ok(Self { kid, algorithm: Algorithm::HS256, encoding, material: Material::Secret(secret) })
    }

    fn from_pair(algorithm: Algorithm, pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, JwtError> {
        let public = public_jwk(algorithm, &pkcs8)?;
        let encoding = match algorithm {
            Algorithm::ES256 => EncodingKey::from_ec_der(&pkcs8),
            Algorithm::EdDSA => EncodingKey::from_ed_der(&pkcs8),
            Algorithm::RS256 => rsa_encoding_key(&pkcs8)?,
            Algorithm::HS256 => return Err(JwtError::Key("HS256 has no key pair")),
        };
        let kid = public.thumbprint();
        let public = Jwk { kid: Some(kid.clone()), ..public };
        Ok(Self { kid, algorithm, encoding, material: Material::Pair { pkcs8, public } })
    }

    /// Its name: the RFC 7638 thumbprint of the public key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The private key in PKCS #8, to be sealed and stored; `None` for HS256.
    pub fn to_pkcs8_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        match &self.material {
            Material::Pair { pkcs8, .. } => Some(pkcs8.clone()),
            Material::Secret(_) => None,
        }
    }

    /// The public key for the key set, with `kid`, `alg` and `use`; `None` for HS256, whose key
    /// is never published.
    pub fn public_jwk(&self) -> Option<Jwk> {
        match &self.material {
            Material::Pair { public, .. } => Some(public.clone()),
            Material::Secret(_) => None,
        }
    }

    /// Signs `claims` as a JWT of type `typ`.
    ///
    /// # Errors
    /// [`JwtError::Signing`] when the claims cannot be written as JSON or the signature fails.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, JwtError> {
        let mut header = Header::new(self.algorithm.backend());
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(|_| JwtError::Signing)
    }

    pub(super) fn verification_key(&self) -> VerificationKey {
        let key = match &self.material {
            Material::Pair { public, .. } => public.decoding_key(),
            Material::Secret(secret) => Some(DecodingKey::from_secret(secret.secret().as_bytes())),
        };
        VerificationKey {
            kid: Some(self.kid.clone()),
            algorithm: self.algorithm,
            // A public JWK of ours is always well formed; if it were not, an empty key verifies
            // nothing.
            key: key.unwrap_or_else(|| DecodingKey::from_ed_der(&[])),
        }
    }
}

const PKCS8_TAG: &str = "PRIVATE KEY";

/// jsonwebtoken signs RSA with the PKCS #1 key inside the PKCS #8 envelope, and opens the
/// envelope only when it comes as PEM.
fn rsa_encoding_key(pkcs8: &[u8]) -> Result<EncodingKey, JwtError> {
    let text = Zeroizing::new(pem::encode(&pem::Pem::new(PKCS8_TAG, pkcs8)));
    EncodingKey::from_rsa_pem(text.as_bytes()).map_err(|_| JwtError::Key("it is not an RSA key"))
}

/// The public half, read from the private one.
fn public_jwk(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Jwk, JwtError> {
    match algorithm {
        Algorithm::ES256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .map_err(|_| JwtError::Key("it is not a P-256 private key in PKCS #8"))?;
            // SEC 1 §2.3.3: an uncompressed point is 0x04, x, y.
            match pair.public_key().as_ref() {
                [0x04, point @ ..] if point.len() == 64 => {
                    let (x, y) = point.split_at(32);
                    Ok(Jwk::p256(x, y))
                }
                _ => Err(JwtError::Key("its public point is not in uncompressed form")),
            }
        }
        Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8(pkcs8)
            .map(|pair| Jwk::ed25519(pair.public_key().as_ref()))
            .map_err(|_| JwtError::Key("it is not an Ed25519 private key in PKCS #8")),
        Algorithm::RS256 => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8)
                .map_err(|_| JwtError::Key("it is not an RSA private key in PKCS #8"))?;
            let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
            Ok(Jwk::rsa(&public.n, &public.e))
        }
        Algorithm::HS256 => Err(JwtError::Key("HS256 has no public key")),
    }
}
