//! The pitfalls lab: exploit it, repair it, see the exploit fail.
//!
//! **Nothing here belongs into a production service.** The parties of this crate are small and
//! good, but each lesson takes one of their checks away, and that is their purpose.
//!
//! | To … | see |
//! | --- | --- |
//! | see every check that the parties make | [`checks`] |
//! | start a twin of the four parties | [`twin`] |
//! | write an exploit | [`targets`], [`browser`], [`outcome`] |
//! | add a lesson | [`lessons`] |
//! | prove what a lesson says | [`proofs`] |

// So that a lesson's files read the same inside this crate and as a participant's exercise.
extern crate self as pitfalls_lab;

/// Prints a line. `println!` panics where nobody reads on, as in `pitfalls-lab list | head`.
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($line)*);
    }};
}

pub mod browser;
pub mod checks;
pub mod cli;
mod console;
pub mod honest;
pub mod lesson;
pub mod lessons;
pub mod outcome;
mod parties;
mod place;
pub mod proofs;
pub mod targets;
pub mod twin;
mod wire;

/// A mutex that a panicking test must not poison for the next one.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
