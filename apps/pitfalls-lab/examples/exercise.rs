//! A participant's repair, compiled alone and graded. `check SLUG` builds this with `--cfg exercise`
//! and the path of the lesson's `exercise.rs` in `LAB_EXERCISE`.

// The flag is given to this one target, so that nothing else is compiled again.
#![allow(unexpected_cfgs)]

use std::process::ExitCode;

// What a repair has no use for any more need not be tidied up.
#[cfg(exercise)]
#[allow(unused)]
mod exercise {
    include!(env!("LAB_EXERCISE"));
}

#[cfg(exercise)]
#[tokio::main]
async fn main() -> ExitCode {
    pitfalls_lab::cli::grade(exercise::checks()).await
}

#[cfg(not(exercise))]
fn main() -> ExitCode {
    eprintln!("cargo run -p pitfalls-lab -- check SLUG compiles an exercise and runs it");
    ExitCode::FAILURE
}
