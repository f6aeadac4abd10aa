//! The book in a real browser: what its script does, and that each page fits on a telephone.

use serde_json::Value;
use tests::chrome::Chrome;
use tests::playground::Playground;

use crate::chapters::{blocks, chapters};
use crate::shown::steps;

/// What the button of each terminal's block would copy, all closed parts opened.
const COPIED: &str = "
    for (const part of document.querySelectorAll('details')) part.open = true;
    const blocks = [...document.querySelectorAll('pre:has(> code.language-console)')];
    return blocks.filter(block => block.querySelector('.clip-button'))
        .map(block => window.playground_text(block, false));";

#[tokio::test]
async fn a_terminals_block_is_copied_as_it_was_typed() {
    let Some(chrome) = Chrome::start("the book in a browser").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let mut compared = 0;
    for chapter in chapters() {
        let page = chapter.path.replace("README.md", "index.md").replace(".md", ".html");
        chrome.open(&format!("{}/{page}", playground.home())).await;
        let copied: Vec<String> = chrome.driver.execute(COPIED, Vec::new()).await.unwrap().convert().unwrap();
        let terminals = blocks(&chapter.text).into_iter().filter(|block| block.info == "console");
        let typed: Vec<String> = terminals
            .map(|block| {
                let commands = steps(&block).unwrap().into_iter().map(|step| step.command);
                commands.collect::<Vec<_>>().join("\n")
            })
            .collect();
        assert_eq!(copied, typed, "{}", chapter.path);
        compared += typed.len();
        chrome.screenshot(&page.replace(['/', '.'], "-")).await;
    }
    assert!(compared > 50, "only {compared} blocks");
    chrome.quit().await;
}

/// A word that is found in a closed part is seen.
#[tokio::test]
async fn what_was_searched_for_is_not_in_a_closed_part() {
    let Some(chrome) = Chrome::start("the book's search").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    for (query, open) in [("", false), ("?highlight=urlsplit", true), ("?highlight=no-such-word", false)] {
        chrome.open(&format!("{}/docs/oauth-by-watching.html{query}", playground.home())).await;
        let script = "return document.querySelector('details').open";
        let found = chrome.driver.execute(script, Vec::new()).await.unwrap();
        assert_eq!(found.json(), &Value::Bool(open), "{query}");
    }
    chrome.quit().await;
}
