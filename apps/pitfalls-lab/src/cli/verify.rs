//! `verify`: the five proofs, of one lesson or of all.

use std::process::ExitCode;

use crate::lesson::Lesson;
use crate::proofs;

pub(super) async fn run(chosen: Vec<&'static Lesson>) -> ExitCode {
    let count = chosen.len();
    let proofs = proofs::all(chosen, |of_one| {
        let failed = of_one.iter().filter(|proof| proof.seen.is_err());
        let name = of_one.first().map_or("", |proof| proof.lesson.as_str());
        say!("{:<28} {} proofs, {} failed", name, of_one.len(), failed.clone().count());
        for proof in failed {
            say!(
                "    ({}) {}: {}",
                proof.number,
                proof.claim,
                proof.seen.as_ref().err().map_or("", String::as_str)
            );
        }
    })
    .await;
    let failed = proofs.iter().filter(|proof| proof.seen.is_err()).count();
    say!("{count} lessons, {} proofs, {failed} failed", proofs.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
