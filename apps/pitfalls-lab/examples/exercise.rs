//! A participant's repair, compiled alone and graded. `check SLUG` builds this with `--cfg exercise`
//! and the path of the lesson's `exercise.rs` in `LAB_EXERCISE`.

// The flag is given to this one target, so that nothing else is compiled again.
#![allow(unexpected_cfgs)]

use std::process::ExitCode;

#[cfg(exercise)]
mod exercise {
    include!(env!("LAB_EXERCISE"));
}

#[cfg(exercise)]
#[tokio::main]
async fn main() -> ExitCode {
    let slug = std::env::args().nth(1).unwrap_or_default();
    pitfalls_lab::cli::grade(&slug, exercise::checks()).await
}

#[cfg(not(exercise))]
fn main() -> ExitCode {
    eprintln!("cargo run -p pitfalls-lab -- check SLUG compiles an exercise and runs it");
    ExitCode::FAILURE
}
