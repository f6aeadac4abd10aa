//! Runs a compiled exercise, and waits for its answer no longer than it may take.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// The exercise was graded and passed. Exit codes of our own, for an exercise may end by itself with 0.
pub(super) const SOLVED: u8 = 40;
/// The exercise was graded and did not pass; it has said why.
pub(super) const UNSOLVED: u8 = 41;
/// What Rust's runtime exits with after a panic in `main`.
const PANICKED: i32 = 101;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Solved,
    Unsolved,
    Panicked,
    /// It ended, and has not said whether it passed.
    Ended(ExitStatus),
    TooLate,
    /// Somebody pressed Ctrl-C.
    Stopped,
}

pub(super) async fn answer(mut program: Command, limit: Duration) -> io::Result<Answer> {
    // A group of its own, so that whatever it starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut program, 0);
    let mut child = program.stdin(Stdio::null()).spawn()?;
    let early = tokio::select! {
        status = ended(&mut child) => return Ok(verdict(status?)),
        () = tokio::time::sleep(limit) => Answer::TooLate,
        // To the terminal's Ctrl-C, its group is a stranger's.
        () = told_to_stop() => Answer::Stopped,
    };
    end(&mut child)?;
    Ok(early)
}

async fn ended(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn verdict(status: ExitStatus) -> Answer {
    match status.code() {
        Some(code) if code == i32::from(SOLVED) => Answer::Solved,
        Some(code) if code == i32::from(UNSOLVED) => Answer::Unsolved,
        Some(PANICKED) => Answer::Panicked,
        _ => Answer::Ended(status),
    }
}

async fn told_to_stop() {
    let told = auth_core::server::shutdown_signal();
    #[cfg(unix)]
    if let Ok(mut hangup) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        tokio::select! {
            _ = hangup.recv() => {}
            () = told.cancelled() => {}
        }
        return;
    }
    told.cancelled().await;
}

/// Ends the program and its group.
fn end(child: &mut Child) -> io::Result<()> {
    // The shell's own kill: the standard library has none for groups.
    #[cfg(unix)]
    Command::new("sh").args(["-c", "kill -s KILL -- \"-$0\"", &child.id().to_string()]).status()?;
    // It may have ended in the meantime, which is just as well.
    let _ = child.kill();
    child.wait().map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn shell(script: &str) -> Command {
        let mut program = Command::new("sh");
        program.args(["-c", script]);
        program
    }

    #[tokio::test]
    async fn only_a_verdict_is_a_verdict() {
        let long = Duration::from_secs(60);
        assert_eq!(answer(shell("exit 40"), long).await.unwrap(), Answer::Solved);
        assert_eq!(answer(shell("exit 41"), long).await.unwrap(), Answer::Unsolved);
        assert_eq!(answer(shell("exit 101"), long).await.unwrap(), Answer::Panicked);
        for script in ["exit 0", "exit 1", "kill -s ABRT $$"] {
            let answered = answer(shell(script), long).await.unwrap();
            assert!(matches!(answered, Answer::Ended(_)), "{script}: {answered:?}");
        }
    }

    #[tokio::test]
    async fn who_does_not_answer_in_time_is_ended_with_everything_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alive");
        let written = || std::fs::read(&file).unwrap_or_default().len();
        // For some seconds, so that nothing stays behind should this fail.
        let script = format!(
            "exec > /dev/null 2>&1; (for i in $(seq 200); do echo x >> '{}'; sleep 0.02; done) & wait",
            file.display()
        );
        let answered = answer(shell(&script), Duration::from_millis(500)).await.unwrap();
        assert_eq!(answered, Answer::TooLate);
        let before = written();
        assert!(before > 0, "it never ran");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(written(), before, "it still writes");
    }
}
