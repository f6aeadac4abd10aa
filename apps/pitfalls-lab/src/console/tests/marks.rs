//! The marks are true: of every lesson's messages, on both twins.

use futures::{StreamExt, stream};

use crate::cli::Side;
use crate::console::token::tokens;
use crate::lesson::{Decisive, Lesson};
use crate::lessons;
use crate::twin::{Exchange, Twin};

/// The marked messages of a lesson after its exploit, each with the marked line and the mark.
async fn marked(lesson: &'static Lesson, side: Side) -> Vec<(Exchange, String, &'static Decisive)> {
    let twin = Twin::start((side.of(lesson).checks)()).await.unwrap();
    (lesson.exploit)(twin.targets()).await.unwrap();
    let wire = twin.wire();
    let marks = lesson.meta.marks(side.into(), &wire);
    let mut found = Vec::new();
    for (index, exchange) in wire.iter().enumerate() {
        for line in exchange.request.iter().chain(&exchange.response) {
            found.extend(marks.of(index, line).map(|mark| (exchange.clone(), line.clone(), mark)));
        }
    }
    found
}

/// What a mark says of the answer: whether it is a refusal, if it says that.
fn refusal(why: &str) -> Option<bool> {
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    match () {
        () if says(&["still good", "still answered with tokens", "as ever"]) => Some(false),
        () if says(&["has expired", "worth nothing"]) => Some(true),
        () => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_both_twins_of_every_lesson_a_true_line_is_marked() {
    let both = lessons::all().iter().flat_map(|lesson| Side::BOTH.map(|side| (lesson, side)));
    let mut all = stream::iter(both)
        .map(|(lesson, side)| async move { (lesson, side, marked(lesson, side).await) })
        .buffer_unordered(4);
    let mut without = Vec::new();
    while let Some((lesson, side, found)) = all.next().await {
        let place = format!("{}, {}", lesson.folder, side.as_str());
        if found.is_empty() {
            without.push(place.clone());
        }
        for (exchange, line, mark) in &found {
            let refused = !exchange.response.iter().any(|line| line.starts_with("HTTP/1.1 2"));
            let says = refusal(&mark.why);
            assert!(says.is_none_or(|says| says == refused), "{place}: {} {:?}", mark.why, exchange.response);
            // What a token is said to live is what it lives.
            for token in tokens(line, &mark.claims) {
                let notes =
                    token.parts.iter().flat_map(|part| &part.lines).filter_map(|line| line.note.as_ref());
                for note in notes.filter(|_| mark.why.contains("seconds after iat")) {
                    assert!(mark.why.contains(&**note), "{place}: {note}, and not: {}", mark.why);
                }
            }
            // What matters of a token is in it.
            let has = |name: &str| {
                let of_token = tokens(line, &[name.to_owned()]);
                of_token
                    .iter()
                    .any(|token| token.parts.iter().any(|part| part.lines.iter().any(|it| it.matters)))
            };
            for name in &mark.claims {
                assert!(has(name), "{place}: no {name} in {line}");
            }
        }
        if lesson.slug() == "code-replay" {
            assert_eq!(found.len(), 1, "{place}: the second use, not the first");
        }
    }
    assert!(without.is_empty(), "no line is marked: {without:?}");
}
