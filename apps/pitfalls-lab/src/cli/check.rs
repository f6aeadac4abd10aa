//! `check`: compiles a participant's `exercise.rs`, alone, and has it grade itself.

mod build;
mod child;
mod grade;
mod own;

use std::process::{Command, ExitCode};
use std::time::Duration;

use super::folder;
use crate::lesson::Lesson;
use child::Answer;

pub(super) use grade::grade;

/// How long an exercise may take, once it is compiled. The longest exploit takes ten seconds.
const LIMIT: Duration = Duration::from_secs(60);
/// What asks a compiled exercise for its messages.
pub(super) const EXPLAIN: &str = "--explain";

pub(super) async fn run(lesson: &'static Lesson, explain: bool) -> ExitCode {
    let exercise = folder(lesson).join("exercise.rs");
    let source = match std::fs::read_to_string(&exercise) {
        Ok(source) => source,
        Err(error) => {
            let slug = lesson.slug();
            eprintln!("error: {}: {error}; bring it back with `reset {slug}`", exercise.display());
            return ExitCode::FAILURE;
        }
    };
    say!("compiling {} (the first check compiles for some minutes)", exercise.display());
    let program = match build::build(&exercise) {
        Ok(program) => program,
        Err(why) => {
            say!("✗ {why}");
            return ExitCode::FAILURE;
        }
    };
    let field = &lesson.meta.check;
    if !own::sets(&source, field) {
        say!(
            "✗ checks() leaves `{field}` to Checks::default(), which is the lab's: write the check yourself, \
             and name it there"
        );
        return ExitCode::FAILURE;
    }
    say!("compiled; now the exploit and the honest flow");
    let mut command = Command::new(program);
    command.arg(lesson.slug()).args(explain.then_some(EXPLAIN));
    let answer = match child::answer(command, LIMIT).await {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("error: the exercise cannot be run: {error}");
            return ExitCode::FAILURE;
        }
    };
    match answer {
        Answer::Solved => return ExitCode::SUCCESS,
        Answer::Unsolved => {}
        Answer::Panicked => say!("✗ your exercise panicked (above)"),
        Answer::Ended(status) => say!("✗ your exercise ended without an answer ({status})"),
        Answer::TooLate => {
            let limit = LIMIT.as_secs();
            say!("✗ your exercise did not answer within {limit} s: is there a loop in it?");
        }
        Answer::Stopped => say!("stopped"),
    }
    ExitCode::FAILURE
}
