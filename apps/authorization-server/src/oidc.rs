//! The decisions of OpenID Connect.

pub(crate) mod discovery;
pub(crate) mod id_token;
pub(crate) mod userinfo;
