use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use crate::settings::SettingsError;

/// Why an app does not start: what is wrong, and what to do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}: {remedy}")]
pub struct StartError {
    problem: String,
    remedy: String,
}

impl StartError {
    /// Both in a few words without a full stop: "the database is locked", "stop the other server".
    pub fn new(problem: impl Into<String>, remedy: impl Into<String>) -> StartError {
        StartError { problem: problem.into(), remedy: remedy.into() }
    }

    /// Says what it stopped, in front of the problem: "the resource-api does not start".
    #[must_use]
    pub fn context(mut self, what: &str) -> StartError {
        self.problem = format!("{what}: {}", self.problem);
        self
    }
}

impl From<SettingsError> for StartError {
    fn from(error: SettingsError) -> StartError {
        StartError::new(format!("{} {}", error.setting, error.problem), error.remedy)
    }
}

/// Where a server listens.
#[derive(Debug)]
pub enum Listen {
    /// An address that is still to be bound; port 0 takes a free one.
    Address(SocketAddr),
    /// A socket that is bound already: tests and the playground bind before they start anything.
    Bound(TcpListener),
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Listen {
        Listen::Address(address)
    }
}

impl From<TcpListener> for Listen {
    fn from(listener: TcpListener) -> Listen {
        Listen::Bound(listener)
    }
}

impl Listen {
    /// Binds the address. `setting` is the name of the one that chooses it ("`LISTEN`"): a port
    /// that is taken is the mistake everybody makes first, so the error names both.
    pub fn bind(self, setting: &str) -> Result<TcpListener, StartError> {
        let address = match self {
            Listen::Bound(listener) => return nonblocking(listener),
            Listen::Address(address) => address,
        };
        let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => StartError::new(
                format!("port {} of {} is taken", address.port(), address.ip()),
                format!("stop what uses it, or choose another port with {setting}"),
            ),
            ErrorKind::PermissionDenied => StartError::new(
                format!("this user may not listen on port {}", address.port()),
                format!("choose a port above 1023 with {setting}"),
            ),
            ErrorKind::AddrNotAvailable => StartError::new(
                format!("{} is no address of this machine", address.ip()),
                format!("choose another with {setting}"),
            ),
            _ => StartError::new(
                format!("can't listen on {address}: {error}"),
                format!("choose another address with {setting}"),
            ),
        })?;
        nonblocking(listener)
    }
}

/// Both frameworks drive the socket from their event loop, which must never block on it.
fn nonblocking(listener: TcpListener) -> Result<TcpListener, StartError> {
    match listener.set_nonblocking(true) {
        Ok(()) => Ok(listener),
        Err(error) => Err(StartError::new(
            format!("can't use the listening socket: {error}"),
            "check the limits of this machine's network",
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_taken_port_names_the_port_and_the_setting() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = Listen::Address(address).bind("AS_LISTEN").unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&format!("port {}", address.port())), "{error}");
        assert!(error.contains("is taken") && error.contains("AS_LISTEN"), "{error}");
    }

    #[test]
    fn port_zero_takes_a_free_one() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listen::from(any).bind("LISTEN").unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), 0);
    }
}
