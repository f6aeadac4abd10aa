//! The apps as a user starts them: real processes with an environment of their own.

use std::{
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The binary of one of the workspace's packages, built once per test run if it is missing or old.
/// (Cargo tells a test where a binary is only if it belongs to the same package.)
pub fn binary(package: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            // The whole workspace, so that dependencies have the same features as in the test run.
            .args(["build", "--locked", "--quiet", "--workspace", "--bins"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .env("CARGO_TARGET_DIR", target_folder())
            .status();
        assert!(built.is_ok_and(|status| status.success()), "cargo build of the apps' binaries failed");
    });
    let path = target_folder().join("debug").join(package);
    assert!(path.exists(), "no binary at {}", path.display());
    path
}

/// The folder `target`, found from where this test itself runs: `target/debug/deps/blackbox-…`.
pub fn target_folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).expect("a test runs in target/debug/deps");
    profile.parent().expect("a profile is a folder in target").to_owned()
}

/// A command with no environment but what it needs to run at all.
pub fn command(package: &str) -> Command {
    let mut command = Command::new(binary(package));
    command.env_clear();
    for name in ["PATH", "HOME", "TMPDIR", "SystemRoot"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs a command to its end, which must come within a time limit.
pub fn run(mut command: Command, input: &str) -> Output {
    use std::io::Write;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that refuses at once does not read its input: that is no failure of the test.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let deadline = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            panic!("the command did not end in 20 s: {}", text(&output.stderr));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

/// All that a command wrote, to either output.
pub fn all_written(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A process that is killed with the test.
pub struct Running {
    child: Child,
    written: tempfile::NamedTempFile,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let written = tempfile::NamedTempFile::new().unwrap();
        // One file description for both, so that neither overwrites the other.
        let (stdout, stderr) =
            (written.as_file().try_clone().unwrap(), written.as_file().try_clone().unwrap());
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        Running { child: command.spawn().unwrap(), written }
    }

    /// All that the process has written so far.
    pub fn written(&self) -> String {
        std::fs::read_to_string(self.written.path()).unwrap()
    }

    /// Sends SIGHUP, waits a moment, and then [`Running::terminate`].
    pub fn hang_up_and_terminate(self) -> (Option<i32>, Duration, String) {
        Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        self.terminate()
    }

    /// Sends SIGTERM and waits: the exit code, how long the process took, and what it wrote.
    pub fn terminate(mut self) -> (Option<i32>, Duration, String) {
        let asked = Instant::now();
        // The standard library can only kill; `kill` is on every Unix machine.
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let deadline = asked + Duration::from_secs(15);
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > deadline => panic!("SIGTERM did not end the process in 15 s"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        (status.code(), asked.elapsed(), self.written())
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until an address answers.
pub async fn wait_for(url: &str) -> crate::Reply {
    let client = crate::http::client();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match client.get(url).send().await {
            Ok(response) => return crate::Reply::read(response).await,
            Err(error) if Instant::now() > deadline => panic!("{url} does not answer: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
