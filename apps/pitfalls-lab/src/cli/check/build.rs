//! Compiles an exercise, and nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Where the program is.
///
/// # Errors
/// Why there is none, in a sentence.
pub(super) fn build(exercise: &Path) -> Result<PathBuf, &'static str> {
    // Cargo shows on stderr how far it is, and what the compiler says. Only this one target sees the flag and
    // the path, so only it is compiled again.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["rustc", "--package", "pitfalls-lab", "--example", "exercise"])
        .args(["--message-format", "json-render-diagnostics", "--", "--cfg", "exercise"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LAB_EXERCISE", exercise)
        .stderr(Stdio::inherit());
    let built = cargo
        .output()
        .map_err(|_| "Cargo cannot be started. Exercises are compiled, so install Rust from rustup.rs.")?;
    let text = String::from_utf8_lossy(&built.stdout);
    let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if !built.status.success() {
        return Err(if messages.iter().any(is_the_lab) {
            "It does not compile. The compiler says above where."
        } else {
            "It does not compile, and the error is outside your exercise.rs: what cargo says above is about \
             something else."
        });
    }
    let executable = messages.iter().rev().find_map(|message| message["executable"].as_str());
    executable.map(PathBuf::from).ok_or("Cargo did not say where the program is.")
}

/// Whether the lab itself was built: the exercise comes after it, and nothing between.
fn is_the_lab(message: &Value) -> bool {
    let target = &message["target"];
    let kinds = target["kind"].as_array();
    message["reason"] == "compiler-artifact"
        && target["name"] == "pitfalls_lab"
        && kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"))
}
