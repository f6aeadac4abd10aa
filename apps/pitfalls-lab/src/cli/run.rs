//! `run`: both twins of a lesson, without the console.

use std::process::ExitCode;

use super::Side;
use crate::lesson::Lesson;
use crate::twin::Twin;

pub(super) async fn run(lesson: &'static Lesson, port: u16) -> ExitCode {
    let mut running = Vec::new();
    for (side, first) in Side::BOTH.into_iter().zip([port + 1, port + 5]) {
        let twin = match Twin::start_on((side.of(lesson).checks)(), Some(first)).await {
            Ok(twin) => twin,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        };
        let urls = twin.targets().urls();
        say!(
            "{}\n  authorization server  {}\n  client                {}\n  API                   {}\n  attacker              {}",
            side.as_str(),
            urls.authorization_server,
            urls.client,
            urls.api,
            urls.attacker
        );
        running.push(twin);
    }
    say!("Ctrl-C stops them.");
    auth_core::server::shutdown_signal().cancelled().await;
    ExitCode::SUCCESS
}
