//! `check`: compiles a participant's `exercise.rs`, alone, and grades it.

use std::process::{Command, ExitCode, Stdio};

use super::folder;
use crate::checks::Checks;
use crate::console::Score;
use crate::lesson::Lesson;
use crate::proofs;

pub(super) fn run(lesson: &'static Lesson) -> ExitCode {
    let exercise = folder(lesson).join("exercise.rs");
    if !exercise.is_file() {
        eprintln!("error: {} is missing: bring it back with `reset {}`", exercise.display(), lesson.slug());
        return ExitCode::FAILURE;
    }
    say!("compiling {}", exercise.display());
    // Only this one target sees the flag and the path, so only it is compiled again.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["rustc", "--quiet", "--package", "pitfalls-lab", "--example", "exercise"])
        .args(["--message-format", "json-render-diagnostics", "--", "--cfg", "exercise"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LAB_EXERCISE", &exercise)
        .stderr(Stdio::inherit());
    let built = match cargo.output() {
        Ok(built) if built.status.success() => built,
        Ok(_) => {
            say!("It does not compile. The compiler says above where.");
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("error: cargo cannot be started ({error}): exercises are compiled, so install Rust");
            return ExitCode::FAILURE;
        }
    };
    let messages = String::from_utf8_lossy(&built.stdout);
    let mut executable = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    let Some(executable) = executable.next_back() else {
        eprintln!("error: cargo did not say where the program is");
        return ExitCode::FAILURE;
    };
    match Command::new(executable).arg(lesson.slug()).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: the exercise cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(super) async fn grade(lesson: &'static Lesson, checks: Checks) -> ExitCode {
    let grade = match proofs::grade(lesson, checks).await {
        Ok(grade) => grade,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let slug = lesson.slug();
    match &grade.exploit {
        Ok(seen) => say!("✓ the exploit fails ({seen})"),
        Err(seen) => say!(
            "✗ the exploit still works: {seen}\n  See every message: exploit {slug} --explain. A hint: hint {slug}"
        ),
    }
    match &grade.honest {
        Ok(()) => say!("✓ the honest flow works"),
        Err(broken) => say!(
            "✗ the honest flow is broken: {broken}\n  The check is too strict, or refuses for the wrong reason."
        ),
    }
    if grade.passed() {
        let recorded = Score::of_this_place().record(slug, |state| state.solved = true);
        if let Err(error) = recorded {
            eprintln!("warning: the score cannot be written: {error}");
        }
        say!("Solved. Compare with `diff {slug}`.");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}
