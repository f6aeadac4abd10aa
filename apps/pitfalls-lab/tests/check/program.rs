//! The program, with a cargo and an exercise that are shell scripts: what is compiled is not the point.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const LAB_IS_BUILT: &str =
    r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"pitfalls_lab"},"executable":null}"#;

fn script(file: &Path, text: &str) {
    fs::write(file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// `check mix-up`, where cargo does this; `EXERCISE` is the program that it can name.
fn check(cargo: &str, exercise: &str, options: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (fake, program) = (folder.path().join("cargo"), folder.path().join("exercise"));
    script(&fake, &cargo.replace("EXERCISE", program.to_str().unwrap()));
    script(&program, exercise);
    let run = Command::new(env!("CARGO_BIN_EXE_pitfalls-lab"))
        .args(["check", "mix-up"])
        .args(options)
        .env("CARGO", &fake)
        .output();
    said(&run.unwrap())
}

fn said(run: &Output) -> (Option<i32>, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    (run.status.code(), text)
}

fn with_exercise(exercise: &str, options: &[&str]) -> (Option<i32>, String) {
    let built = r#"{"reason":"compiler-artifact","target":{"kind":["example"]},"executable":"EXERCISE"}"#;
    check(&format!("echo '{LAB_IS_BUILT}'\necho '{built}'"), exercise, options)
}

#[test]
fn only_a_graded_exercise_is_solved() {
    let (code, said) = with_exercise("exit 40", &[]);
    assert_eq!(code, Some(0), "{said}");
    for (exercise, verdict) in [
        ("exit 0", "✗ your exercise ended without an answer (exit status: 0)"),
        ("exit 101", "✗ your exercise panicked (above)"),
        ("kill -s ABRT $$", "✗ your exercise ended without an answer (signal: 6"),
        ("echo '✗ the exploit still works'; exit 41", "✗ the exploit still works"),
    ] {
        let (code, said) = with_exercise(exercise, &[]);
        assert_eq!(code, Some(1), "{exercise}: {said}");
        assert!(said.contains(verdict), "{exercise}: {said}");
    }
}

#[test]
fn the_exercise_learns_its_lesson_and_whether_to_explain() {
    let (_, said) = with_exercise("echo \"asked: $*.\"; exit 41", &["--explain"]);
    assert!(said.contains("asked: mix-up --explain."), "{said}");
    let (_, said) = with_exercise("echo \"asked: $*.\"; exit 41", &[]);
    assert!(said.contains("asked: mix-up."), "{said}");
}

#[test]
fn whose_error_it_is_that_does_not_compile() {
    let (code, said) = check(&format!("echo '{LAB_IS_BUILT}'\nexit 101"), "", &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("The compiler says above where") && !said.contains("outside"), "{said}");
    let (code, said) = check("exit 101", "", &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("the error is outside your exercise.rs"), "{said}");
}

#[test]
fn what_takes_long_is_announced_and_what_cargo_says_is_seen() {
    let (_, said) = check("echo 'Compiling something' >&2; exit 101", "", &[]);
    assert!(said.contains("the first check compiles for some minutes"), "{said}");
    assert!(said.contains("Compiling something"), "{said}");
    let (_, said) = with_exercise("exit 40", &[]);
    assert!(said.contains("compiled; now the exploit"), "{said}");
}

#[test]
fn the_console_does_not_start_where_a_twin_cannot() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let first = port - 8;
    let mut console = Command::new(env!("CARGO_BIN_EXE_pitfalls-lab"))
        .args(["--port", &first.to_string(), "--browser", "driver"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..200 {
        if console.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // It has ended by itself, or it is a console that should not have started.
    console.kill().unwrap();
    let (code, said) = said(&console.wait_with_output().unwrap());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("{port} taken")) || said.contains(&format!(", {port}")), "{said}");
    assert!(said.contains("--port"), "{said}");
}
