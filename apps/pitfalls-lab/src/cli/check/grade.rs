//! What the compiled exercise does: it grades itself, and says what came of it.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use super::child::{SOLVED, UNSOLVED};
use crate::checks::Checks;
use crate::cli::Side;
use crate::cli::exploit::print_messages;
use crate::console::Score;
use crate::lesson::Lesson;
use crate::proofs::{self, Attack, Grade};

/// A check may panic in the task of a request, where nobody but the hook learns of it.
static PANICKED: AtomicBool = AtomicBool::new(false);

pub(in crate::cli) async fn grade(lesson: &Lesson, checks: Checks, messages: bool) -> ExitCode {
    notice_panics();
    let grade = match proofs::grade(lesson, checks).await {
        Ok(grade) => grade,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(UNSOLVED);
        }
    };
    if messages {
        explain(lesson, &grade);
    }
    if PANICKED.load(Ordering::SeqCst) {
        say!("✗ your exercise panicked (above). A check answers, whatever it is asked.");
        return ExitCode::from(UNSOLVED);
    }
    print(lesson.slug(), &grade);
    if !grade.passed() {
        return ExitCode::from(UNSOLVED);
    }
    if let Err(error) = Score::of_this_place().record(lesson.slug(), |state| state.solved = true) {
        eprintln!("warning: the score cannot be written: {error}");
    }
    ExitCode::from(SOLVED)
}

fn notice_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICKED.store(true, Ordering::SeqCst);
        print(panic);
    }));
}

fn print(slug: &str, grade: &Grade) {
    match &grade.attack {
        Attack::Refused(seen) => say!("✓ the exploit fails ({seen})"),
        Attack::Succeeded(seen) => say!("✗ the exploit still works: {seen}"),
        Attack::Unplayed(broken) => {
            say!("✗ the exploit could not be played to its end: {broken}; answer the attack with a refusal");
        }
    }
    match &grade.honest {
        Ok(()) => say!("✓ the honest flow works"),
        Err(broken) => say!(
            "✗ the honest flow is broken: {broken}\n  The check is too strict, or refuses for the wrong reason."
        ),
    }
    if grade.passed() {
        say!("Solved. `check` knows these attacks only; compare with `diff {slug}`.");
    } else {
        say!("  See every message: `check {slug} --explain`. A hint: `hint {slug}`.");
    }
}

fn explain(lesson: &Lesson, grade: &Grade) {
    // An exercise behaves like one of the twins, and has its marks.
    let like = match &grade.attack {
        Attack::Succeeded(_) => Side::Vulnerable,
        Attack::Refused(_) | Attack::Unplayed(_) => Side::Hardened,
    };
    say!("════ the attack on your exercise ════");
    let marks = lesson.meta.marks(like.into(), &grade.attack_wire);
    print_messages(&grade.attack_wire, Some(&marks));
    if grade.honest.is_err() {
        say!("════ the honest flow on your exercise, up to where it breaks ════");
        print_messages(&grade.honest_wire, None);
    }
}
