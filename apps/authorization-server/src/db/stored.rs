//! The only form in which a secret reaches the database.

use auth_core::secret::Digest;
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};

use super::connection::MultiBackend;

// ANCHOR: stored_digest
/// A SHA-256 digest as 64 hex digits. Secrets (`AuthorizationCode`, `RefreshToken`, `ClientSecret`, …) have
/// none of diesel's traits: a column that should hold one can be written from this type only.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub(crate) struct StoredDigest(String);
// ANCHOR_END: stored_digest

impl From<Digest> for StoredDigest {
    fn from(digest: Digest) -> Self {
        Self(digest.to_hex())
    }
}

impl From<&Digest> for StoredDigest {
    fn from(digest: &Digest) -> Self {
        Self(digest.to_hex())
    }
}

impl StoredDigest {
    /// The digest again, for a comparison in constant time.
    pub(crate) fn digest(&self) -> Option<Digest> {
        Digest::from_hex(&self.0)
    }
}

impl ToSql<Text, MultiBackend> for StoredDigest {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Text, self.0.as_str()));
        Ok(IsNull::No)
    }
}

impl FromSql<Text, MultiBackend> for StoredDigest {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, MultiBackend>>::from_sql(value).map(Self)
    }
}
