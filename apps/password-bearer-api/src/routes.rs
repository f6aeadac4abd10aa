//! What can be asked for, one file per subject.

pub(crate) mod accounts;
pub(crate) mod home;
pub(crate) mod me;
pub(crate) mod session;
pub(crate) mod token;
