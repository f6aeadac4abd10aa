//! The nine ports of the lab: the console's, and four for each twin.

use std::net::TcpListener;

use crate::place;

/// Whether nobody has one of the nine ports from `first` on.
///
/// # Errors
/// Which ones are taken, and what to do.
pub(super) fn free(first: u16) -> Result<String, String> {
    let last = first + 8;
    let taken: Vec<String> = (first..=last)
        .filter(|port| TcpListener::bind(place::address(*port)).is_err())
        .map(|port| port.to_string())
        .collect();
    if taken.is_empty() {
        return Ok(format!("{first} to {last} are free"));
    }
    let ports = if taken.len() == 1 { "port" } else { "ports" };
    Err(format!(
        "{ports} {} taken; the lab needs {first} to {last}: stop what uses them, or choose nine others with --port",
        taken.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_taken_port_is_named_wherever_it_is_among_the_nine() {
        // Below the ports that the system gives out by itself, so that no other test takes one meanwhile.
        let nine_free = (12_000..20_000).step_by(9).find(|first| free(*first).is_ok()).unwrap();
        for offset in [0, 4, 8] {
            let port = nine_free + offset;
            let _somebody = TcpListener::bind(place::address(port)).unwrap();
            let error = free(nine_free).unwrap_err();
            assert!(error.starts_with(&format!("port {port} taken")) && error.contains("--port"), "{error}");
        }
        assert!(free(nine_free).is_ok());
    }
}
