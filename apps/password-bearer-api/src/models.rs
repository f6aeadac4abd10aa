//! What is stored, and every question asked of it.

pub(crate) mod session;
pub(crate) mod user;
